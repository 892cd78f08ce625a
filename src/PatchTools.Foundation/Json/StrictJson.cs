using System.Text;
using System.Text.Json;
using PatchTools.Files;

namespace PatchTools.Json;

/// <summary>
/// Reads small JSON documents of this host; everything that is not as expected is one exception with the place.
/// </summary>
internal static class StrictJson
{
    /// <summary>More than any report of a real host; a larger file is something else.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The file's content, bounded.</summary>
    /// <exception cref="InvalidDataException">Too large.</exception>
    public static byte[] ReadFile(string path)
    {
        using var file = AtomicFile.OpenRead(path);
        if (file.Length > MaxBytes)
            throw new InvalidDataException($"{path} has {file.Length} bytes");
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    /// <exception cref="InvalidDataException">No JSON, no UTF-8.</exception>
    public static JsonDocument Parse(byte[] content)
    {
        try
        {
            return JsonDocument.Parse(Utf8.GetString(content));
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            throw new InvalidDataException($"not JSON: {e.Message}", e);
        }
    }

    /// <summary>Members in file order; of equal names the last value counts, as in Python.</summary>
    /// <exception cref="InvalidDataException">No object, or a name that is not a text.</exception>
    public static IReadOnlyDictionary<string, JsonElement> Object(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{where} is not an object");
        Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        try
        {
            foreach (var member in element.EnumerateObject())
                members[member.Name] = member.Value;
        }
        catch (InvalidOperationException e)
        {
            // A lone surrogate in an escape.
            throw new InvalidDataException($"{where} has a member whose name is not a text", e);
        }

        return members;
    }

    /// <exception cref="InvalidDataException">No text.</exception>
    public static string Text(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw new InvalidDataException($"{where} is not a text");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{where} is not a text", e);
        }
    }
}
