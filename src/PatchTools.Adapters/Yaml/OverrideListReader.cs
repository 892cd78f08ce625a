using System.Text;
using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Adapters.Yaml;

/// <summary>
/// Install override lists over a YAML parser. The reference's loader makes numbers, dates and objects of unquoted text
/// (QUIRK); here text stays text.
/// </summary>
/// <example><code>
/// patches:
///   - id: "kernel.x86_64"
///   - id: "libssl*"
///     title: "*1.1.1f-1ubuntu2.9*"
/// </code></example>
public sealed class OverrideListReader : IOverrideListReader
{
    /// <summary>More than any real list, and little enough to compose in memory.</summary>
    private const int MaxBytes = 1 << 20;

    public IReadOnlyList<OverrideEntry> Read(ReadOnlyMemory<byte> content)
    {
        if (content.Length > MaxBytes)
            throw new OverrideListException($"The document has {content.Length} bytes; the limit is {MaxBytes}.", 1, 1);
        return YamlTree.Read(Text(content)) switch
        {
            YamlMap root => Entries(root),
            null => throw new OverrideListException("The document is empty; a list begins with patches:.", 1, 1),
            var other => throw Wrong(
                other,
                $"The document is {Kind(other)}; it must be a mapping with the key patches."
            ),
        };
    }

    private static List<OverrideEntry> Entries(YamlMap root)
    {
        switch (root.Members.GetValueOrDefault("patches"))
        {
            case null or YamlText { IsNull: true }:
                return [];
            case YamlList list:
                return [.. list.Items.Select(Entry)];
            case { } other:
                throw Wrong(other, $"patches is {Kind(other)}; it must be a list of entries, each with an id.");
        }
    }

    private static OverrideEntry Entry(YamlNode node)
    {
        if (node is not YamlMap entry)
            throw Wrong(node, $"An entry is {Kind(node)}; it must be a mapping with an id, as in - id: \"kernel*\".");
        if (entry.Members.ContainsKey("<<"))
            throw Wrong(entry, "Merge keys (<<) are not read; write id and title out.");
        return Member(entry, "id") is { Length: > 0 } id
            ? new OverrideEntry(id, Member(entry, "title"), entry.Line)
            : throw Wrong(entry.Members.GetValueOrDefault("id") ?? entry, "An entry has no id.");
    }

    private static string? Member(YamlMap entry, string key) =>
        entry.Members.GetValueOrDefault(key) switch
        {
            null or YamlText { IsNull: true } => null,
            YamlText text => text.Value,
            var other => throw Wrong(
                other,
                $"{key} is {Kind(other)}; it must be text. Quote it if it begins with [ or {{."
            ),
        };

    private static string Kind(YamlNode node) =>
        node switch
        {
            YamlMap => "a mapping",
            YamlList => "a list",
            YamlText { IsNull: true } => "null",
            _ => "text",
        };

    private static OverrideListException Wrong(YamlNode node, string message) => new(message, node.Line, node.Column);

    /// <exception cref="OverrideListException">No text: bytes that are not UTF-8, or control characters, where the
    /// parser would stop in silence.</exception>
    private static string Text(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        string text;
        try
        {
            text = bytes switch
            {
                [0xFF, 0xFE, ..] => new UnicodeEncoding(
                    bigEndian: false,
                    byteOrderMark: false,
                    throwOnInvalidBytes: true
                ).GetString(bytes[2..]),
                [0xFE, 0xFF, ..] => new UnicodeEncoding(
                    bigEndian: true,
                    byteOrderMark: false,
                    throwOnInvalidBytes: true
                ).GetString(bytes[2..]),
                [0xEF, 0xBB, 0xBF, ..] => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes[3..]),
                _ => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes),
            };
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n');
            throw new OverrideListException("The document is not UTF-8 text.", line, 1);
        }

        var control = text.AsSpan().IndexOfAny(Controls);
        if (control < 0)
            return text;
        var before = text.AsSpan(0, control);
        throw new OverrideListException(
            $"The control character U+{(int)text[control]:X4} is not allowed in YAML.",
            1 + before.Count('\n'),
            control - before.LastIndexOf('\n')
        );
    }

    private static readonly System.Buffers.SearchValues<char> Controls = System.Buffers.SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Append(0x7F).Where(c => c is not ('\t' or '\n' or '\r')).Select(c => (char)c),
        '\uFFFE',
        '\uFFFF',
    ]);
}
