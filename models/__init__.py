"""The brain: what an anomaly is and how it is learnt. Pure code, no Kafka.

Read in the order of the data: `columns` (decoded events), `facts` (what is counted), `report` (what the first stage
tells the second), `windows` (watermark), `scenarios` (one module a stem), `detector` (reports in, changes out),
`decisions` (score to opened, updated, resolved), `retraction` (what a rolled-back model opened), `verdict` (a change as
the published event). `bundle`, `registry` and `scorer` hold models; `training` fits them and is never imported while
serving.
"""
