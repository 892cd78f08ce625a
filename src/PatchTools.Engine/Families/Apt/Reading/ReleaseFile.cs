using System.Globalization;
using System.Text;
using PatchTools.Families.Shared;

namespace PatchTools.Families.Apt.Reading;

/// <summary>Facts of a suite's Release file (https://wiki.debian.org/DebianRepository/Format), plain or clear-signed. A field that is missing is null.</summary>
internal sealed record ReleaseFile
{
    private const int MaxBytes = 64 << 20;

    /// <summary>
    /// Kinds of checksums, the preferred first: SHA256 is as good as SHA512 and computed twice as fast.
    /// </summary>
    private static readonly string[] s_kinds = ["SHA256", "SHA512", "SHA1", "MD5Sum"];

    public string? Origin { get; init; }

    public string? Label { get; init; }

    public string? Suite { get; init; }

    public string? Version { get; init; }

    public string? Codename { get; init; }

    public DateTimeOffset? Date { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    public bool NotAutomatic { get; init; }

    public bool ButAutomaticUpgrades { get; init; }

    /// <summary>Empty when the file does not say.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = [];

    /// <summary>Empty when the file does not say.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>False: it begins as a clear-signed message and ends before its signature does.</summary>
    public bool IsWhole { get; private init; } = true;

    /// <summary>
    /// The lists of checksums, the one that is asked first at the beginning; lines of <c>hash size name</c>.
    /// </summary>
    private IReadOnlyList<(string Kind, ReadOnlyMemory<byte> Lines)> Checksums { get; init; } = [];

    /// <exception cref="InvalidDataException">The file has no paragraph, or is too large to be one.</exception>
    public static ReleaseFile Read(string path) => Parse(AptFiles.ReadBytes(path, MaxBytes));

    /// <inheritdoc cref="Read"/>
    public static ReleaseFile Parse(byte[] content)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        List<(string Kind, ReadOnlyMemory<byte> Lines)> checksums = [];
        var body = WithoutSignature(content);
        var data = content.AsSpan(body);
        for (var at = 0; at < data.Length && data[at] is not ((byte)'\n' or (byte)'\r'); )
        {
            var valueEnd = FieldEnd(data, at);
            var field = data[at..valueEnd];
            if (field.IndexOf((byte)':') is var colon and > 0)
            {
                var name = Encoding.UTF8.GetString(field[..colon]).Trim();
                if (s_kinds.Contains(name, StringComparer.OrdinalIgnoreCase))
                    checksums.Add((name.ToLowerInvariant(), content.AsMemory(body)[(at + colon + 1)..valueEnd]));
                else if (field.Length < 64 * 1024)
                    fields[name] = Encoding.UTF8.GetString(field[(colon + 1)..]).Trim();
            }

            at = valueEnd + 1;
        }

        if (data.Contains((byte)0))
            throw new InvalidDataException("it holds bytes that are not text");
        if (fields.Count == 0 && checksums.Count == 0)
            throw new InvalidDataException("it has no fields");
        return new ReleaseFile
        {
            Origin = Text("Origin"),
            Label = Text("Label"),
            Suite = Text("Suite"),
            Version = Text("Version"),
            Codename = Text("Codename"),
            Date = ParseDate(Text("Date")),
            ValidUntil = ParseDate(Text("Valid-Until")),
            NotAutomatic = AptWords.Boolean(Text("NotAutomatic") ?? "", fallback: false),
            ButAutomaticUpgrades = AptWords.Boolean(Text("ButAutomaticUpgrades") ?? "", fallback: false),
            Architectures = Words("Architectures"),
            Components = [.. Words("Components").SelectMany(c => (string[])[c, c[(c.LastIndexOf('/') + 1)..]])],
            IsWhole = IsEnded(content),
            Checksums =
            [
                .. checksums.OrderBy(c =>
                    Array.FindIndex(s_kinds, k => k.Equals(c.Kind, StringComparison.OrdinalIgnoreCase))
                ),
            ],
        };

        string? Text(string name) => fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

        string[] Words(string name) => (Text(name) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Size in bytes of an index as the file lists it; null when it does not list it.</summary>
    /// <param name="name">
    /// Below the suite's folder: <c>main/binary-amd64/Packages</c>, <c>main/binary-amd64/Packages.xz</c>.
    /// </param>
    public long? SizeOf(string name) =>
        Checksums.Select(c => Find(c.Lines.Span, name)?.Size).FirstOrDefault(s => s is not null);

    /// <summary>Checksum of an index in the form that the name says; none when the file does not list it.</summary>
    /// <inheritdoc cref="SizeOf"/>
    public ListChecksum ChecksumOf(string name)
    {
        foreach (var (kind, lines) in Checksums)
        {
            if (Find(lines.Span, name) is { } line && ListChecksum.Parse(kind, line.Hex) is { IsNone: false } checksum)
                return checksum;
        }

        return ListChecksum.None;
    }

    // 9c9b…  1484356 main/binary-amd64/Packages.xz
    private static (string Hex, long? Size)? Find(ReadOnlySpan<byte> lines, string name)
    {
        var wanted = Encoding.UTF8.GetBytes(" " + name);
        for (var at = lines.IndexOf(wanted); at >= 0; at = lines.IndexOf(wanted))
        {
            var after = at + wanted.Length;
            if (after == lines.Length || lines[after] is (byte)'\n' or (byte)'\r')
            {
                var before = lines[..at];
                var words = Encoding
                    .UTF8.GetString(before[(before.LastIndexOf((byte)'\n') + 1)..])
                    .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                long? size =
                    words.Length > 1
                    && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                        ? bytes
                        : null;
                return (words.Length > 0 ? words[0] : "", size);
            }

            lines = lines[after..];
        }

        return null;
    }

    /// <summary>
    /// <c>Sat, 21 Nov 2026 00:53:02 UTC</c>; apt takes no other zone than UTC, under its three names and as
    /// <c>+0000</c>.
    /// </summary>
    internal static DateTimeOffset? ParseDate(string? text)
    {
        var words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 6 || words[5] is not ("UTC" or "GMT" or "Z" or "+0000"))
            return null;
        // The day of the week is not checked, as in apt.
        return DateTimeOffset.TryParseExact(
            string.Join(' ', words[1..5]),
            "d MMM yyyy H:m:s",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var date
        )
            ? date
            : null;
    }

    /// <summary>Index of the newline that ends a field with its continuation lines.</summary>
    private static int FieldEnd(ReadOnlySpan<byte> data, int start)
    {
        while (true)
        {
            var newline = data[start..].IndexOf((byte)'\n');
            if (newline < 0)
                return data.Length;
            start += newline + 1;
            if (start >= data.Length || data[start] is not ((byte)' ' or (byte)'\t'))
                return start - 1;
        }
    }

    private static bool IsEnded(ReadOnlySpan<byte> content) =>
        !content.StartsWith("-----BEGIN PGP SIGNED MESSAGE-----"u8)
        || content.IndexOf("\n-----END PGP SIGNATURE-----"u8) >= 0;

    /// <summary>The signed text of a clear-signed message (RFC 4880 §7), or everything.</summary>
    private static Range WithoutSignature(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith("-----BEGIN PGP SIGNED MESSAGE-----"u8))
            return ..;
        var header = EndOfHeader(content);
        var signature = content.LastIndexOf("\n-----BEGIN PGP SIGNATURE-----"u8);
        return header..(signature < header ? content.Length : signature + 1);
    }

    /// <summary>An empty line ends the header.</summary>
    private static int EndOfHeader(ReadOnlySpan<byte> content)
    {
        if (content.IndexOf("\n\n"u8) is var lf and >= 0)
            return lf + 2;
        return content.IndexOf("\n\r\n"u8) is var crlf and >= 0 ? crlf + 3 : content.Length;
    }
}
