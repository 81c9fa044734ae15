namespace Nsn.Gateway.Frames;

/// <summary>Takes a frame; the body is valid only during the call.</summary>
internal delegate void FrameHandler(FrameType type, ReadOnlySpan<byte> body);
