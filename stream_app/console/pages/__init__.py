"""The pages: `overview`, `anomaly`, `health`; each is a frame (`frame`) around parts that refresh themselves."""
