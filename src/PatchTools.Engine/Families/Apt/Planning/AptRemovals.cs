using PatchTools.Errors;
using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Apt.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Planning;

/// <summary>
/// Which removals of a simulation nobody would miss: packages that were installed only as dependencies and that,
/// afterwards, nothing which somebody asked for needs, recommends or suggests: apt's own idea of what <c>autoremove</c>
/// may take (apt_auto(7), pkgDepCache::MarkRequired).
/// </summary>
internal sealed class AptRemovals(HostContext host, IProcessRunner runner, AptCommands commands, AptRefusals known)
{
    private static readonly string[] s_links = ["Pre-Depends", "Depends", "Recommends", "Suggests"];

    /// <summary>
    /// The removals that must not happen; empty when all are acceptable. One more command, and only when an
    /// automatically installed package would go.
    /// </summary>
    public async Task<IReadOnlyList<PlannedChange>> UnacceptableAsync(
        AptSimulation simulation,
        CancellationToken cancellationToken
    )
    {
        var removals = simulation.Changes.Where(c => c.Action == PlannedAction.Remove).ToList();
        var wanted = removals
            .Where(c => known.Installed(c.Name, c.Architecture) is not { IsAutoInstalled: true })
            .ToList();
        if (wanted.Count > 0 || removals.Count == 0)
            return wanted;

        var changed = simulation
            .Changes.Where(c => c.Action is not (PlannedAction.Remove or PlannedAction.Configure))
            .ToList();
        var later =
            changed.Count == 0
                ? ""
                : (
                    await runner.RunAsync(
                        commands.Show(changed.Select(c => $"{c.Name}:{c.Architecture}={c.ToVersion}")),
                        cancellationToken
                    )
                ).StandardOutput;
        var replaced = changed.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        List<Deb822Stanza> after =
        [
            .. ReadStatus().Where(s => IsInstalled(s) && !replaced.Contains(s["Package"])),
            .. Deb822.Parse(later, allowComments: false),
        ];
        var needed = Needed(after, s => IsWanted(s, replaced));
        return [.. removals.Where(c => needed.Contains(c.Name))];
    }

    /// <summary>Names that can be reached from the roots.</summary>
    public static HashSet<string> Needed(IReadOnlyList<Deb822Stanza> packages, Func<Deb822Stanza, bool> isRoot)
    {
        var providers = packages
            .SelectMany(s => Names(s["Provides"]).Append(s["Package"]).Select(name => (Name: name, Stanza: s)))
            .ToLookup(p => p.Name, p => p.Stanza, StringComparer.Ordinal);
        HashSet<string> needed = new(StringComparer.Ordinal);
        Queue<Deb822Stanza> open = new(packages.Where(isRoot));
        foreach (var root in open)
            needed.Add(root["Package"]);
        while (open.TryDequeue(out var stanza))
        {
            foreach (var target in s_links.SelectMany(link => Names(stanza[link])).SelectMany(name => providers[name]))
            {
                if (needed.Add(target["Package"]))
                    open.Enqueue(target);
            }
        }

        return needed;
    }

    // libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0, python3:any
    private static IEnumerable<string> Names(string relations) =>
        relations
            .Split([',', '|'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(r => r.Split([' ', '(', ':', '\n'], 2)[0]);

    private static bool IsInstalled(Deb822Stanza stanza) =>
        stanza.Has("Package") && stanza["Status"].Split(' ') is [_, _, not ("not-installed" or "config-files")];

    private bool IsWanted(Deb822Stanza stanza, HashSet<string> replaced)
    {
        if (stanza["Essential"] == "yes" || stanza["Important"] == "yes" || stanza["Protected"] == "yes")
            return true;
        var name = stanza["Package"];
        var architecture = stanza["Architecture"];
        var installed = known.Installed(name, architecture) ?? known.Installed(name, known.NativeArchitecture);

        // What is new came as a dependency of something that is looked at as well.
        return installed is null ? !replaced.Contains(name) : !installed.IsAutoInstalled;
    }

    private List<Deb822Stanza> ReadStatus()
    {
        var path = DpkgStatus.PathIn(host.Paths.Root);
        try
        {
            return Deb822.Parse(HostFiles.ReadAllText(path), allowComments: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }
}
