"""Learning algorithms: each fits, exports to ONNX and checks the export; none knows a scenario."""
