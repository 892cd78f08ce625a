using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Shared;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>One file that <c>repomd.xml</c> names.</summary>
/// <param name="Location">Path below the repository, <c>repodata/…</c>.</param>
/// <param name="Timestamp">When it was made, seconds since 1970 UTC; 0 when it does not say.</param>
/// <param name="OpenSize">Bytes when decompressed; 0 when it does not say.</param>
internal sealed record RepomdEntry(string Location, long Timestamp, long OpenSize)
{
    /// <summary>
    /// Of the file as it is downloaded; none when it does not say, or not in a way that PatchTools can compute.
    /// </summary>
    public ListChecksum Checksum { get; init; } = ListChecksum.None;

    /// <summary>Of what is in the file.</summary>
    public ListChecksum OpenChecksum { get; init; } = ListChecksum.None;

    /// <summary>Bytes of the file as it is downloaded; 0 when it does not say.</summary>
    public long Size { get; init; }
}

/// <summary>Table of contents of a repository's metadata.</summary>
internal sealed record Repomd
{
    /// <summary>By type: <c>primary</c>, <c>updateinfo</c>, <c>modules</c>, and their variants.</summary>
    public required IReadOnlyDictionary<string, RepomdEntry> Entries { get; init; }

    /// <summary>
    /// When the vendor made the metadata, by its youngest file and its revision, where that is a time; null when
    /// neither says.
    /// </summary>
    public DateTimeOffset? PublishedAt { get; init; }
}

/// <summary>Reads <c>repomd.xml</c>.</summary>
internal static class RepomdReader
{
    private const long LastSecond = 253_402_300_799;

    /// <summary>
    /// Revisions are free text: most are seconds since 1970, some are numbers of builds or dates. These are the years
    /// 2000 to 2099.
    /// </summary>
    private const long FirstPlausibleRevision = 946_684_800;
    private const long LastPlausibleRevision = 4_102_444_799;

    private static readonly RepomdEntry s_empty = new("", 0, 0);

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
        var entry = s_empty;
        var kind = "";
        long revision = 0;
        var isRepomd = false;
        while (xml.Read())
        {
            if (xml.IsStart)
            {
                if (xml.Depth == 1)
                    isRepomd = xml.Name.SequenceEqual("repomd"u8);
                else if (xml.Name.SequenceEqual("data"u8))
                    (type, entry) = (Encoding.UTF8.GetString(xml.Attribute("type"u8)), s_empty);
                else if (xml.Name.SequenceEqual("location"u8))
                    entry = entry with { Location = Encoding.UTF8.GetString(xml.Attribute("href"u8)) };
                else if (xml.Name.EndsWith("checksum"u8))
                    kind = Encoding.UTF8.GetString(xml.Attribute("type"u8));
            }
            else if (xml.Name.SequenceEqual("revision"u8) && xml.Depth == 1)
            {
                revision = Seconds(xml.Text);
            }
            else if (xml.Name.SequenceEqual("data"u8) && type.Length > 0)
            {
                if (
                    entry.Location.Length == 0
                    || Path.IsPathRooted(entry.Location)
                    || entry.Location.Split('/').Contains("..")
                )
                    throw xml.Malformed($"its {type} has no location within the repository");
                entries[type] = entry;
            }
            else
            {
                entry = With(entry, kind, xml);
            }
        }

        if (!isRepomd)
            throw xml.Malformed("it is not a table of contents of a repository");
        if (revision is < FirstPlausibleRevision or > LastPlausibleRevision)
            revision = 0;
        var youngest = entries.Values.Select(e => e.Timestamp).Append(revision).Max();
        return new Repomd
        {
            Entries = entries,
            PublishedAt = youngest > 0 ? DateTimeOffset.FromUnixTimeSeconds(youngest) : null,
        };
    }

    /// <summary>An entry with what the element that ends says of its file.</summary>
    private static RepomdEntry With(RepomdEntry entry, string kind, XmlScanner xml)
    {
        var name = xml.Name;
        if (name.SequenceEqual("checksum"u8))
            return entry with { Checksum = Checksum(kind, xml.Text) };
        if (name.SequenceEqual("open-checksum"u8))
            return entry with { OpenChecksum = Checksum(kind, xml.Text) };
        if (name.SequenceEqual("timestamp"u8))
            return entry with { Timestamp = Seconds(xml.Text) };
        if (name.SequenceEqual("size"u8))
            return entry with { Size = Seconds(xml.Text) };
        return name.SequenceEqual("open-size"u8) ? entry with { OpenSize = Seconds(xml.Text) } : entry;
    }

    private static ListChecksum Checksum(string kind, ReadOnlySpan<byte> text) =>
        ListChecksum.Parse(kind, Encoding.UTF8.GetString(text.Trim(" \t\r\n"u8)));

    // Old tools wrote fractions: <timestamp>1378308245.58</timestamp>
    private static long Seconds(ReadOnlySpan<byte> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and < LastSecond
            ? (long)number
            : 0;
}
