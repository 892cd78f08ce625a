using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using PatchTools.Errors;

namespace PatchTools.Json;

/// <summary>
/// Bytes to a JSON document, with every way of failing told apart: empty, too large, damaged gzip, UTF-16, not UTF-8,
/// XML, cut off, not JSON, nested too deeply. Gzip and a byte-order mark are accepted (reference 02 §5; the reference
/// chokes on the mark).
/// </summary>
internal static partial class JsonDocuments
{
    /// <summary>
    /// Size bound of a snapshot, a baseline or an override, plain: 16 MiB. A real one has a few kilobytes.
    /// </summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Nesting bound. A baseline needs nine levels.</summary>
    public const int MaxDepth = 64;

    /// <exception cref="PatchToolsException">The row of <paramref name="source"/>.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> content, DocumentSource source)
    {
        var text = Decode(content, source);
        Check(text.Span, source);
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            // Check lets through what is sound as far as it goes: what is left is an end that comes too early.
            throw source.Fault(
                $"the document is cut off: it ends after {Number(text.Length)} bytes in the middle of a value",
                e
            );
        }
    }

    /// <summary>The plain UTF-8 text without byte-order mark.</summary>
    public static ReadOnlyMemory<byte> Decode(ReadOnlyMemory<byte> content, DocumentSource source)
    {
        if (content.Length > MaxBytes)
            throw TooLarge(source);
        if (content.Span is [0x1F, 0x8B, ..])
            content = Inflate(content, source);
        var span = content.Span;
        if (span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw source.Fault("found UTF-16 text, wanted UTF-8 (Set-Content -Encoding utf8)");
        if (span is [0xEF, 0xBB, 0xBF, ..])
            content = content[3..];
        return content;
    }

    /// <summary>
    /// The error code of S3's XML error body (<c>AccessDenied</c>), an empty text for any other XML or HTML, null for
    /// what is neither.
    /// </summary>
    public static string? XmlErrorCode(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        if (text is not [(byte)'<', ..])
            return null;
        var match = ErrorCode().Match(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4096)]));
        return match.Success ? match.Groups[1].Value : "";
    }

    private static byte[] Inflate(ReadOnlyMemory<byte> content, DocumentSource source)
    {
        try
        {
            using var plain = new MemoryStream();
            using var gzip = new GZipStream(
                new MemoryStream(content.ToArray(), writable: false),
                CompressionMode.Decompress
            );
            var buffer = new byte[81920];
            for (int read; (read = gzip.Read(buffer)) > 0; )
            {
                if (plain.Length + read > MaxBytes)
                    throw TooLarge(source);
                plain.Write(buffer, 0, read);
            }

            // The stream takes an end that comes too early for the end; of a cut header nothing is left, of cut data
            // JSON that is cut off.
            return plain.Length > 0 ? plain.ToArray() : throw source.Fault("the gzip data is empty or cut off");
        }
        catch (InvalidDataException e)
        {
            throw source.Fault("the gzip data is damaged or cut off", e);
        }
    }

    private static void CheckText(ReadOnlySpan<byte> text, DocumentSource source)
    {
        if (text.Trim(" \t\r\n"u8).IsEmpty)
            throw source.Fault("the document is empty, wanted JSON");
        if (XmlErrorCode(text) is { } code)
            throw source.Fault(
                code.Length > 0
                    ? $"found an XML document with the error code {code}, wanted JSON"
                    : "found an XML or HTML document, wanted JSON"
            );
        if (!Utf8.IsValid(text))
        {
            throw EndsInsideCharacter(text)
                ? source.Fault(
                    $"the document is cut off: it ends after {Number(text.Length)} bytes in the middle of a character"
                )
                : source.Fault("the document is not UTF-8 text");
        }
    }

    private static void Check(ReadOnlySpan<byte> text, DocumentSource source)
    {
        CheckText(text, source);

        // Not the final block: a document that only stops too early is not an error to this reader, so everything it
        // does throw is "not JSON".
        var reader = new Utf8JsonReader(
            text,
            isFinalBlock: false,
            new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth + 1 })
        );
        var depth = 0;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    depth++;
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                    depth--;
                if (depth > MaxDepth)
                    throw source.Fault($"the document is nested deeper than {Number(MaxDepth)} levels");
                if (
                    reader.ValueIsEscaped
                    && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && !IsText(ref reader)
                )
                    throw source.Fault(
                        $"a text near byte {Number(reader.TokenStartIndex)} holds half of a surrogate pair"
                    );
            }
        }
        catch (JsonException e)
        {
            throw source.Fault(
                $"the document is not JSON: line {Number((e.LineNumber ?? 0) + 1)}, byte "
                    + $"{Number((e.BytePositionInLine ?? 0) + 1)}",
                e
            );
        }

        if (depth > 0)
            throw source.Fault(
                $"the document is cut off: it ends after {Number(text.Length)} bytes with {Number(depth)} of "
                    + $"its brackets open"
            );
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            // What the reader throws for an escape like \ud800 that has no partner.
            return false;
        }
    }

    private static bool EndsInsideCharacter(ReadOnlySpan<byte> text)
    {
        for (var cut = 1; cut <= 3 && cut < text.Length; cut++)
        {
            if (Rune.DecodeFromUtf8(text[^cut..], out _, out _) == OperationStatus.NeedMoreData)
                return Utf8.IsValid(text[..^cut]);
        }

        return false;
    }

    private static PatchToolsException TooLarge(DocumentSource source) =>
        source.Fault($"the document is larger than {Number(MaxBytes)} bytes");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(
        "<Error>.{0,200}?<Code>([A-Za-z]{1,64})</Code>",
        RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex ErrorCode();
}
