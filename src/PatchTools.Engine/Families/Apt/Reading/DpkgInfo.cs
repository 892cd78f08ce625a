using System.Text.RegularExpressions;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>The files of installed packages, as dpkg lists them (<c>/var/lib/dpkg/info/NAME[:ARCH].list</c>).</summary>
internal sealed partial class DpkgInfo(HostContext host)
{
    /// <summary>
    /// Services of the packages that would change: their maintainer scripts restart them as a rule. Only running ones
    /// where systemd runs, which keeps a link for each unit it has started (<c>/run/systemd/units/invocation:NAME</c>);
    /// else every one that is shipped.
    /// </summary>
    public IReadOnlyList<string> ServicesOf(IReadOnlyList<PlannedChange> changes)
    {
        var units = host.Paths.InRoot("/run/systemd/units");
        var knowsRunning = HostFiles.DirectoryExists(units);
        SortedSet<string> services = new(StringComparer.Ordinal);
        foreach (var change in changes.Where(c => c.Action != PlannedAction.Install))
        {
            foreach (var line in FilesOf(change.Name, change.Architecture))
            {
                if (ServiceFile().Match(line) is not { Success: true } match)
                    continue;
                var name = match.Groups["unit"].Success ? match.Groups["unit"].Value : match.Groups["script"].Value;
                if (!knowsRunning || Exists(Path.Combine(units, $"invocation:{name}.service")))
                    services.Add(name);
            }
        }

        return [.. services];

        // The link points to an id, not to a file.
        static bool Exists(string link) => new FileInfo(link).LinkTarget is not null;
    }

    // /usr/lib/systemd/system/ssh.service
    // /lib/systemd/system/getty@.service       (a template runs under other names)
    // /etc/init.d/ssh
    [GeneratedRegex(
        @"^(?:/usr)?/lib/systemd/system/(?<unit>[^/@]+)\.service$|^/etc/init\.d/(?<script>[^/.]+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ServiceFile();

    private IEnumerable<string> FilesOf(string name, string architecture)
    {
        var info = host.Paths.InRoot("/var/lib/dpkg/info");
        var path = Path.Combine(info, $"{name}:{architecture}.list");
        if (!HostFiles.Exists(path))
            path = Path.Combine(info, $"{name}.list");
        return HostFiles.Exists(path) ? HostFiles.ReadAllLines(path) : [];
    }
}
