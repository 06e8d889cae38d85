"""Payloads nobody expects, by the hundred thousand: nothing may crash, get lost, be taken for what it is not, or leak.

    python -m tests.fuzz --count 100000 --seed 7      # without a seed: another one every time, printed

Valid events of every type are changed field by field and byte by byte (`mutations`) and go where the worker and the
console take in what others wrote: decode and first stage (`intake`), the shipped models behind it (`brain`), the
console's feed and the HTTP interfaces (`console`). What must become of a payload is said by a decoder of its own
(`reference`): slow, naive, one record at a time. Words that may turn up nowhere else are planted in every payload
(`secrets`). What fails is made as small as it goes (`shrinking`) and kept in `.run/fuzz`.
"""
