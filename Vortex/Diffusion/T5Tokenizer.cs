using Microsoft.ML.Tokenizers;

namespace Nsn.Vortex.Diffusion;

/// <summary>T5's tokenizer: a SentencePiece unigram model (<c>spiece.model</c>), the end token 1, filled up with 0.</summary>
internal sealed class T5Tokenizer
{
    private const long EndToken = 1;

    // T5's models say that there is no start token (bos_id -1), which the tokenizer library takes for an index. A second trainer_spec (field 2) with bos_id (field 41) 1 at the
    // end of the file is merged over the first, as protobuf defines; no start token is ever asked for.
    private static readonly byte[] s_someStartToken = [0x12, 3, 0xC8, 0x02, 1];

    private readonly SentencePieceTokenizer _tokenizer;

    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the file is not a SentencePiece model.</exception>
    public T5Tokenizer(ReadOnlyMemory<byte> model)
    {
        try
        {
            using var stream = new MemoryStream([.. model.Span, .. s_someStartToken], writable: false);
            _tokenizer = SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new ClipException(ClipError.Pack, $"The SentencePiece model of the T5 tokenizer cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>As many ids as the encoder takes; longer texts are cut before the end token.</summary>
    public long[] Encode(string text, int length)
    {
        var ids = new long[length];
        var count = 0;
        foreach (var id in _tokenizer.EncodeToIds(text, addBeginningOfSentence: false, addEndOfSentence: false).Take(length - 1))
            ids[count++] = id;
        ids[count] = EndToken;
        return ids;
    }
}
