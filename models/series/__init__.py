"""Any numeric series: what of its detection needs no trained model, from reading to verdicts.

Everything here is causal: what a row gets depends on the rows before it and on itself. The refitted models are in
`models.training.series_*`, the command is `python -m models series`.
"""
