"""The catalogue of models and sample media: where each comes from, what it must be, and fetching it.

`catalogue` says what there is, `pulling` brings it here and checks it, `fetching` knows the registries,
`conversion` turns published weights into ONNX.
"""
