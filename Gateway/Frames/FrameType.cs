namespace Nsn.Gateway.Frames;

/// <summary>Types of frames (docs/player-protocol.md section 3).</summary>
internal enum FrameType : byte
{
    Hello = 0x01,
    Slot = 0x02,
    Certificate = 0x03,
    Recipe = 0x04,
    Chunk = 0x05,
    Directors = 0x06,
    Event = 0x07,
    Error = 0x08,
    Pong = 0x09,
    KeepAlive = 0x0a,
    Subscribe = 0x81,
    Ping = 0x82,
    Unsubscribe = 0x83,
}
