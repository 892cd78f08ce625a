using System.Globalization;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.PackageManagers.Rpm;

/// <summary>One file that <c>repomd.xml</c> names.</summary>
/// <param name="Location">Path below the repository, <c>repodata/…</c>.</param>
/// <param name="Timestamp">When it was made, seconds since 1970 UTC; 0 when it does not say.</param>
/// <param name="OpenSize">Bytes when decompressed; 0 when it does not say.</param>
internal sealed record RepomdEntry(string Location, long Timestamp, long OpenSize)
{
    /// <summary>Of the file as it is downloaded; empty when it does not say.</summary>
    public string Checksum { get; init; } = "";
}

/// <summary>Table of contents of a repository's metadata.</summary>
internal sealed record Repomd
{
    /// <summary>By type: <c>primary</c>, <c>updateinfo</c>, <c>modules</c>, and their variants.</summary>
    public required IReadOnlyDictionary<string, RepomdEntry> Entries { get; init; }

    /// <summary>When the vendor made the metadata, by its youngest file; null when it does not say.</summary>
    public DateTimeOffset? PublishedAt { get; init; }
}

/// <summary>Reads <c>repomd.xml</c>.</summary>
internal static class RepomdReader
{
    private const long LastSecond = 253_402_300_799;

    // createrepo_c 0.17.3:
    // <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
    //   <revision>1767225600</revision>
    //   <data type="primary">
    //     <checksum type="sha256">5f0a…</checksum>
    //     <open-checksum type="sha256">93b1…</open-checksum>
    //     <location href="repodata/5f0a…-primary.xml.gz"/>
    //     <timestamp>1767225600</timestamp>
    //     <size>3022</size>
    //     <open-size>34512</open-size>
    //   </data>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public static Repomd Read(Stream stream, string path)
    {
        using var xml = new XmlScanner(stream, path);
        Dictionary<string, RepomdEntry> entries = new(StringComparer.Ordinal);
        var type = "";
        var location = "";
        var checksum = "";
        long timestamp = 0;
        long openSize = 0;
        var isRepomd = false;
        while (xml.Read())
        {
            if (xml.IsStart)
            {
                if (xml.Depth == 1)
                    isRepomd = xml.Name.SequenceEqual("repomd"u8);
                else if (xml.Name.SequenceEqual("data"u8))
                    (type, location, checksum, timestamp, openSize) = (
                        Encoding.UTF8.GetString(xml.Attribute("type"u8)),
                        "",
                        "",
                        0,
                        0
                    );
                else if (xml.Name.SequenceEqual("location"u8))
                    location = Encoding.UTF8.GetString(xml.Attribute("href"u8));
            }
            else if (xml.Name.SequenceEqual("checksum"u8))
            {
                checksum = Encoding.UTF8.GetString(xml.Text.Trim(" \t\r\n"u8));
            }
            else if (xml.Name.SequenceEqual("timestamp"u8))
            {
                timestamp = Seconds(xml.Text);
            }
            else if (xml.Name.SequenceEqual("open-size"u8))
            {
                openSize = Seconds(xml.Text);
            }
            else if (xml.Name.SequenceEqual("data"u8) && type.Length > 0)
            {
                if (location.Length == 0 || Path.IsPathRooted(location) || location.Split('/').Contains(".."))
                    throw xml.Malformed($"its {type} has no location within the repository");
                entries[type] = new RepomdEntry(location, timestamp, openSize) { Checksum = checksum };
            }
        }

        if (!isRepomd)
            throw xml.Malformed("it is no table of contents of a repository");
        var youngest = entries.Values.Select(e => e.Timestamp).DefaultIfEmpty().Max();
        return new Repomd
        {
            Entries = entries,
            PublishedAt = youngest > 0 ? DateTimeOffset.FromUnixTimeSeconds(youngest) : null,
        };
    }

    // Old tools wrote fractions: <timestamp>1378308245.58</timestamp>
    private static long Seconds(ReadOnlySpan<byte> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and < LastSecond
            ? (long)number
            : 0;
}
