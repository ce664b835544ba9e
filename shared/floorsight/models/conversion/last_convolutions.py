"""Where a network ends and its answer begins to be worked out."""

from __future__ import annotations

import onnx


def last_convolutions(graph: onnx.GraphProto) -> set[str]:
    """The names of the convolutions that no other follows on the way to an output."""
    makers = {name: node for node in graph.node for name in node.output}
    waiting = [each.name for each in graph.output]
    last: set[str] = set()
    while waiting:
        node = makers.get(waiting.pop())
        if node is None:
            continue
        if node.op_type == "Conv":
            last.add(node.name)
        else:
            waiting += node.input
    return last
