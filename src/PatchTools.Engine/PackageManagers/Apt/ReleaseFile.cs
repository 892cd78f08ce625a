using System.Globalization;
using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Facts of a suite's Release file (https://wiki.debian.org/DebianRepository/Format), plain or clear-signed. A field that is missing is null.</summary>
internal sealed record ReleaseFile
{
    private const int MaxBytes = 64 << 20;

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

    /// <summary>The lines of the strongest list of hashes: <c>hash size name</c>.</summary>
    private ReadOnlyMemory<byte> Hashes { get; init; }

    /// <exception cref="InvalidDataException">The file has no paragraph, or is too large to be one.</exception>
    public static ReleaseFile Read(string path) => Parse(AptFiles.ReadBytes(path, MaxBytes));

    /// <inheritdoc cref="Read"/>
    public static ReleaseFile Parse(byte[] content)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var hashes = ReadOnlyMemory<byte>.Empty;
        var body = WithoutSignature(content);
        var data = content.AsSpan(body);
        for (var at = 0; at < data.Length && data[at] is not ((byte)'\n' or (byte)'\r'); )
        {
            var valueEnd = FieldEnd(data, at);
            var field = data[at..valueEnd];
            if (field.IndexOf((byte)':') is var colon and > 0)
            {
                var name = Encoding.UTF8.GetString(field[..colon]).Trim();
                if (
                    name.Equals("SHA256", StringComparison.OrdinalIgnoreCase)
                    || (hashes.IsEmpty && name.Equals("SHA512", StringComparison.OrdinalIgnoreCase))
                )
                    hashes = content.AsMemory(body)[(at + colon + 1)..valueEnd];
                else if (field.Length < 64 * 1024)
                    fields[name] = Encoding.UTF8.GetString(field[(colon + 1)..]).Trim();
            }

            at = valueEnd + 1;
        }

        if (fields.Count == 0 && hashes.IsEmpty)
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
            Hashes = hashes,
        };

        string? Text(string name) => fields.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

        string[] Words(string name) => (Text(name) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Size in bytes of an uncompressed index as the file lists it; null when it does not list it.</summary>
    public long? SizeOf(string metaKey)
    {
        var wanted = Encoding.UTF8.GetBytes(" " + metaKey);
        var rest = Hashes.Span;
        for (var at = rest.IndexOf(wanted); at >= 0; at = rest.IndexOf(wanted))
        {
            var after = at + wanted.Length;
            if (after == rest.Length || rest[after] is (byte)'\n' or (byte)'\r')
            {
                var before = rest[..at].TrimEnd((byte)' ');
                var size = before[(before.LastIndexOf((byte)' ') + 1)..];
                return long.TryParse(
                    Encoding.UTF8.GetString(size),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var bytes
                )
                    ? bytes
                    : null;
            }

            rest = rest[after..];
        }

        return null;
    }

    /// <summary><c>Sat, 21 Nov 2026 00:53:02 UTC</c>; apt takes no other zone than UTC, under its three names and as <c>+0000</c>.</summary>
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

    /// <summary>The signed text of a clear-signed message (RFC 4880 §7), or everything.</summary>
    private static Range WithoutSignature(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith("-----BEGIN PGP SIGNED MESSAGE-----"u8))
            return ..;
        var header =
            content.IndexOf("\n\n"u8) is var lf and >= 0 ? lf + 2
            : content.IndexOf("\n\r\n"u8) is var crlf and >= 0 ? crlf + 3
            : content.Length;
        var signature = content.LastIndexOf("\n-----BEGIN PGP SIGNATURE-----"u8);
        return header..(signature < header ? content.Length : signature + 1);
    }
}
