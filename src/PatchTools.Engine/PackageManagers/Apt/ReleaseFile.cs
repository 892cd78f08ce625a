using System.Globalization;
using PatchTools.Errors;

namespace PatchTools.PackageManagers.Apt;

/// <summary>What a repository says of itself (Debian wiki "RepositoryFormat", Release files).</summary>
internal sealed record ReleaseFile
{
    /// <summary>A Release file of a whole distribution has 150 kB; more than this is none.</summary>
    private const int MaxBytes = 32 << 20;

    public string Archive { get; init; } = "";

    public string Codename { get; init; } = "";

    public string Label { get; init; } = "";

    public string Vendor { get; init; } = "";

    public string Version { get; init; } = "";

    public bool NotAutomatic { get; init; }

    public bool ButAutomaticUpgrades { get; init; }

    public DateTimeOffset? Date { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>InRelease, or Release with its signature beside it: apt keeps neither without having verified it.</summary>
    public bool IsSigned { get; init; }

    /// <summary>When the host last confirmed it with the repository, see <see cref="FileTimes"/>.</summary>
    public DateTimeOffset Changed { get; init; }

    /// <summary>Reads the source's Release file in the lists directory; null when there is none.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static ReleaseFile? Read(string listsDirectory, AptSource source)
    {
        var inRelease = Path.Combine(listsDirectory, source.ReleaseBase + "InRelease");
        var release = Path.Combine(listsDirectory, source.ReleaseBase + "Release");
        var path = File.Exists(inRelease) ? inRelease : release;
        if (!File.Exists(path))
            return null;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"{path} is larger than any Release file.", path);
            return Parse(File.ReadLines(path)) with { IsSigned = path == inRelease || File.Exists(release + ".gpg"), Changed = FileTimes.Changed(path) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"{path} cannot be read: {e.Message}", path, e);
        }
    }

    // -----BEGIN PGP SIGNED MESSAGE-----
    // Hash: SHA512
    //
    // Origin: Debian
    // Label: Debian-Security
    // Suite: stable-security
    // Codename: bookworm-security
    // Date: Sun, 22 Nov 2026 20:47:31 UTC
    // Valid-Until: Sun, 29 Nov 2026 20:47:31 UTC
    // ...
    // SHA256:
    //  0b8a… 1234 main/binary-amd64/Packages
    public static ReleaseFile Parse(IEnumerable<string> lines)
    {
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines)
        {
            // The checksums that follow are most of the file and none of our business; apt compared them.
            if (line.StartsWith("MD5Sum:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("SHA", StringComparison.OrdinalIgnoreCase))
                break;
            if (line.Length > 0 && line[0] != ' ' && line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
                fields.TryAdd(line[..colon], line[(colon + 1)..].Trim());
        }

        return new ReleaseFile
        {
            Archive = fields.GetValueOrDefault("Suite") ?? fields.GetValueOrDefault("Archive") ?? "",
            Codename = fields.GetValueOrDefault("Codename") ?? "",
            Label = fields.GetValueOrDefault("Label") ?? "",
            Vendor = fields.GetValueOrDefault("Origin") ?? "",
            Version = fields.GetValueOrDefault("Version") ?? "",
            NotAutomatic = fields.GetValueOrDefault("NotAutomatic") is "yes",
            ButAutomaticUpgrades = fields.GetValueOrDefault("ButAutomaticUpgrades") is "yes",
            Date = Instant(fields.GetValueOrDefault("Date")),
            ValidUntil = Instant(fields.GetValueOrDefault("Valid-Until")),
        };
    }

    /// <summary>RFC 1123 dates as repositories write them; anything else is no date.</summary>
    private static DateTimeOffset? Instant(string? text)
    {
        if (text is null)
            return null;
        var zone = text.LastIndexOf(' ');
        var plain = zone > 0 && text[(zone + 1)..] is "UTC" or "GMT" or "Z" ? text[..zone] : text;
        return DateTimeOffset.TryParseExact(plain.Replace(" +0000", "", StringComparison.Ordinal), ["ddd, d MMM yyyy H:mm:ss", "ddd, dd MMM yyyy HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : null;
    }
}
