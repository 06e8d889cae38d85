"""When to try, when to wait, when to give up, what comes first. Pure: time and chance come in."""
