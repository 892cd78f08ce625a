using System.Globalization;

namespace PatchTools.Families.Apt.Planning;

/// <summary>What a transaction still has to fetch, and how much room it takes or frees.</summary>
/// <param name="Bytes">Of archives that are not on this host yet.</param>
/// <param name="InstalledSizeChange">Bytes, as apt rounds them; null when it does not say.</param>
internal readonly record struct AptDownload(long Bytes, long? InstalledSizeChange)
{
    // apt 2.6.1:
    //   Need to get 0 B/62.0 kB of archives.
    //   After this operation, 1,234 kB of additional disk space will be used.
    //   After this operation, 12.3 MB disk space will be freed.
    //   'http://deb.debian.org/debian/pool/main/t/tzdata/tzdata_2025b-0%2bdeb12u2_all.deb' tzdata_2025b-0+deb12u2_all.deb 299160 MD5Sum:bd0f…
    // Archives already in the cache are not listed; those of file: sources are, and are not copied.
    public static AptDownload Parse(string output)
    {
        long bytes = 0;
        long? change = null;
        foreach (var line in output.Split('\n'))
        {
            const string after = "After this operation, ";
            if (line.StartsWith('\'') && line.IndexOf('\'', 1) is var quote and > 0)
            {
                var words = line[(quote + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (
                    !line.StartsWith("'file:", StringComparison.Ordinal)
                    && words.Length >= 2
                    && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                )
                    bytes += size;
            }
            else if (
                line.StartsWith(after, StringComparison.Ordinal)
                && line[after.Length..].Split(' ') is [var number, var unit, ..]
                && double.TryParse(
                    number,
                    NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands,
                    CultureInfo.InvariantCulture,
                    out var value
                )
            )
            {
                var factor = unit switch
                {
                    "kB" => 1e3,
                    "MB" => 1e6,
                    "GB" => 1e9,
                    "TB" => 1e12,
                    _ => 1,
                };
                change = (long)(value * factor) * (line.Contains("freed", StringComparison.Ordinal) ? -1 : 1);
            }
        }

        return new AptDownload(bytes, change);
    }
}
