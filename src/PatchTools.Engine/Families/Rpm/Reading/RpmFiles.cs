using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>What some installed packages hold together.</summary>
/// <param name="Size">Bytes, as their headers say.</param>
/// <param name="Paths">Every file.</param>
internal sealed record RpmContents(long Size, IReadOnlyList<string> Paths);

/// <summary>Files of installed packages, as rpm's database lists them.</summary>
internal sealed partial class RpmFiles(HostContext host, IProcessRunner runner)
{
    private const char Record = '\u001e';
    private const char Field = '\u001f';

    /// <summary>One command whatever their number.</summary>
    /// <param name="packages"><c>name-version-release.arch</c>; what is not installed is passed over.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<RpmContents> OfAsync(IEnumerable<string> packages, CancellationToken cancellationToken)
    {
        List<string> wanted = [.. packages];
        if (wanted.Count == 0)
            return new RpmContents(0, []);
        var command = new Command(
            "rpm",
            [
                .. RpmPlace.InPlace(host.Paths.Root).Options,
                "-q",
                "--queryformat",
                $"%{{SIZE}}{Field}[%{{FILENAMES}}{Field}]{Record}",
                "--",
                .. wanted,
            ]
        )
        {
            // As many as are not installed, as far as a byte counts.
            ExpectedExitCodes = [.. Enumerable.Range(0, 256)],
            AnswersAtLength = true,
        };
        return Parse((await runner.RunAsync(command, cancellationToken)).Records(Record));
    }

    // rpm 4.18.0, fields parted by U+001F and packages by U+001E; what is not installed has a line of its own:
    // 1048 | /etc/a.conf | /usr/lib/systemd/system/a.service |
    // package gone-1.0-1.x86_64 is not installed
    internal static RpmContents Parse(IEnumerable<string> records)
    {
        long size = 0;
        List<string> paths = [];
        foreach (var record in records)
        {
            var fields = record[(record.LastIndexOf('\n') + 1)..].Split(Field);
            if (
                fields.Length < 2
                || !long.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            )
                continue;
            size += bytes;
            paths.AddRange(fields[1..].Where(f => f.Length > 0));
        }

        return new RpmContents(size, paths);
    }

    /// <summary>
    /// Services among the files: packages restart theirs as a rule. Only running ones where systemd runs, which keeps a
    /// link for each unit it has started (<c>/run/systemd/units/invocation:NAME</c>); else every one that is shipped.
    /// </summary>
    public static IReadOnlyList<string> ServicesOf(HostContext host, IEnumerable<string> paths)
    {
        var units = host.Paths.InRoot("/run/systemd/units");
        var knowsRunning = HostFiles.DirectoryExists(units);
        return
        [
            .. new SortedSet<string>(
                paths
                    .Select(p => ServiceFile().Match(p))
                    .Where(m => m.Success)
                    .Select(m => m.Groups[1].Value)
                    .Where(name =>
                        !knowsRunning
                        || new FileInfo(Path.Combine(units, $"invocation:{name}.service")).LinkTarget is not null
                    ),
                StringComparer.Ordinal
            ),
        ];
    }

    // /usr/lib/systemd/system/sshd.service; getty@.service runs under other names.
    [GeneratedRegex(@"^(?:/usr)?/lib/systemd/system/([^/@]+)\.service$", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceFile();
}
