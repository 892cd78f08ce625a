using System.Text;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// What the administrator's configuration keeps dnf or yum from seeing among what the repositories offer: includes and
/// excludes, version locks, priorities.
/// </summary>
/// <param name="configuration">The tool's own files.</param>
/// <param name="builder">The catalog, with every package in it.</param>
/// <param name="offers">Of the same catalog.</param>
internal sealed class DnfPolicy(DnfConfiguration configuration, PackageCatalogBuilder builder, RpmOffers offers)
{
    /// <summary>Excludes and locks, then priorities among what they leave, as dnf applies them.</summary>
    /// <param name="repositories">Enabled ones, each with its index into the inventory's.</param>
    /// <param name="root">Of the host.</param>
    /// <param name="toml">Reads dnf 5's locks.</param>
    /// <param name="warnings">What of the locks is not understood is named here.</param>
    /// <exception cref="Errors.PatchToolsException">
    /// <see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>: the file of the locks cannot be read.
    /// </exception>
    public void Apply(
        IReadOnlyList<(DnfRepository Repository, int Index)> repositories,
        string root,
        ITomlReader toml,
        List<string> warnings
    )
    {
        var filter = new PackageFilter(builder);
        var included = filter.Matching(configuration.Includes);
        foreach (var (repository, index) in repositories)
        {
            var obeyed = !configuration.IsDisabled(repository.Id);
            HideNotIncluded(repository, index, included, filter.Matching(obeyed ? repository.Includes : []));
            foreach (var pattern in obeyed ? repository.Excludes : [])
                Hide(
                    filter.Matching([pattern]),
                    index,
                    $"excluded by '{pattern}' of {repository.Id} in {repository.DefinedIn}"
                );
        }

        foreach (var pattern in configuration.Excludes)
            Hide(filter.Matching([pattern]), null, $"excluded by '{pattern}' in {configuration.MainFile}");
        if (configuration.Tool.VersionLockFile is { } file)
            ApplyLocks(Dnf5VersionLock.Read(Path.Combine(root, file), toml, warnings));
        if (VersionLock.Read(root, configuration.Tool, configuration.Main) is { } locks)
            ApplyLocks(filter, locks);
        offers.ApplyPriorities(configuration.Tool.Priorities);
    }

    private void ApplyLocks(PackageFilter filter, VersionLock locks)
    {
        HashSet<int> kept = [];
        List<(PackageForm Form, string Text)> locked = [];
        foreach (var entry in locks.Entries)
        {
            var (versions, tried) = filter.FirstMatching(entry.Spec);
            if (entry.Excludes)
            {
                Hide(versions, null, $"excluded by version lock '!{entry.Spec}' in {locks.File}");
                continue;
            }

            kept.UnionWith(versions);
            locked.AddRange(tried.Select(f => (f, entry.Spec.Text)));
        }

        for (var version = 0; version < builder.VersionCount; version++)
        {
            if (kept.Contains(version))
                continue;
            foreach (var (form, text) in locked)
            {
                if (!form.MatchesName(builder.NameOf(version)))
                    continue;
                Hide([version], null, $"locked to '{text}' in {locks.File}");
                break;
            }
        }

        Hold(locked.Select(l => l.Form), kept);
    }

    /// <summary>
    /// A lock holds what it names, unless it names a newer version that is offered: then it asks for that one.
    /// </summary>
    private void Hold(IEnumerable<PackageForm> locked, HashSet<int> kept)
    {
        List<PackageForm> forms = [.. locked];
        HashSet<int> held = [];
        HashSet<int> free = [];
        for (var version = 0; version < builder.VersionCount; version++)
        {
            if (builder.InstalledOf(version) is not (var installed and >= 0))
                continue;
            if (kept.Contains(version) || forms.Exists(f => f.MatchesName(builder.NameOf(version))))
                held.Add(installed);
            if (kept.Contains(version) && IsNewer(version, installed))
                free.Add(installed);
        }

        Hold(held.Except(free));
    }

    private void Hold(IEnumerable<int> held)
    {
        foreach (var installed in held)
            builder.ReplaceInstalled(installed, builder.Installed(installed) with { IsHeld = true });
    }

    private bool IsNewer(int version, int installed) =>
        RpmVersion.Order.Compare(
            Encoding.UTF8.GetString(builder.EditionOf(version)),
            builder.Installed(installed).Edition
        ) > 0;

    /// <summary>
    /// What dnf 5 does not see; an installed package is held where an entry keeps it at versions, and allows no newer
    /// one that is offered.
    /// </summary>
    private void ApplyLocks(Dnf5VersionLock? locks)
    {
        if (locks is null)
            return;
        HashSet<int> held = [];
        HashSet<int> free = [];
        for (var version = 0; version < builder.VersionCount; version++)
        {
            var name = builder.NameOf(version);
            List<Dnf5LockEntry> entries = [];
            foreach (var entry in locks.Entries)
            {
                if (entry.Names(name))
                    entries.Add(entry);
            }

            if (entries.Count == 0)
                continue;
            var edition = Encoding.UTF8.GetString(builder.EditionOf(version));
            var architecture = Encoding.UTF8.GetString(builder.ArchitectureOf(version));
            var isAllowed = entries.Exists(e => e.Allows(edition, architecture));
            if (!isAllowed)
                Hide([version], null, $"locked to '{string.Join("' or '", entries)}' in {locks.File}");
            if (builder.InstalledOf(version) is not (var installed and >= 0))
                continue;
            if (entries.Exists(e => e.Holds))
                held.Add(installed);
            if (isAllowed && IsNewer(version, installed))
                free.Add(installed);
        }

        Hold(held.Except(free));
    }

    /// <summary>What the main section includes and what the repository does are one list.</summary>
    private void HideNotIncluded(
        DnfRepository repository,
        int index,
        IReadOnlySet<int> byMain,
        IReadOnlySet<int> byRepository
    )
    {
        var asksMain = configuration.Includes.Count > 0;
        var asksRepository = repository.Includes.Count > 0 && !configuration.IsDisabled(repository.Id);
        if (!asksMain && !asksRepository)
            return;
        List<string> lists = [];
        if (asksRepository)
            lists.Add($"of {repository.Id} in {repository.DefinedIn}");
        if (asksMain)
            lists.Add($"in {configuration.MainFile}");
        HideAllBut(
            byMain.Union(byRepository).ToHashSet(),
            index,
            $"not among includepkgs {string.Join(", nor ", lists)}"
        );
    }

    private void HideAllBut(IReadOnlyCollection<int> versions, int repository, string because)
    {
        var kept = versions as IReadOnlySet<int> ?? versions.ToHashSet();
        Hide([.. Enumerable.Range(0, builder.VersionCount).Where(v => !kept.Contains(v))], repository, because);
    }

    private void Hide(IReadOnlyCollection<int> versions, int? repository, string because) =>
        offers.Hide(versions, repository, because);
}
