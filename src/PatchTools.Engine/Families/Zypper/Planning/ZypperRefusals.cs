using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>
/// What is known of a wanted version before the resolver is asked: the administrator's locks, vendors and priorities
/// (design §4).
/// </summary>
internal sealed class ZypperRefusals
{
    private readonly Dictionary<(string Name, string Architecture), PackageEntry> _packages;

    public ZypperRefusals(HostInventory inventory)
    {
        _packages = new Dictionary<(string, string), PackageEntry>(inventory.Packages.Count);
        foreach (var package in inventory.Packages)
            _packages[(package.Name, package.Architecture)] = package;
    }

    /// <summary>The setback of a target that the resolver need not be asked about; null when it must be.</summary>
    public PatchSetback? Of(PatchTarget target)
    {
        if (!_packages.TryGetValue((target.Name, target.Architecture), out var package))
            return null;
        var installed = _packages.TryGetValue((target.Name, target.InstalledArchitecture), out var before)
            ? before.Installed
            : null;
        if (installed is { IsHeld: true } held)
            return new PatchSetback(
                target,
                SetbackKind.Held,
                held.PolicyNote is { } note ? $"{target.Name} is held: {note}" : $"{target.Name} is locked"
            );
        if (installed?.RefusedEditions.FirstOrDefault(r => r.Edition == target.Edition) is { } refused)
            return new PatchSetback(
                target,
                SetbackKind.Held,
                $"{target.Name} {target.Edition} is kept away by {refused.Reason}"
            );
        string? hidden = null;
        foreach (var version in package.Versions)
        {
            if (version.Edition != target.Edition)
                continue;
            foreach (var origin in version.Origins)
            {
                if (origin.IsOffer)
                    return null;
                if (origin.HiddenBecause is { } because && because != PackageOrigin.NoLongerOffered)
                    hidden = because;
            }
        }

        return hidden is null
            ? null
            : new PatchSetback(target, SetbackKind.Held, $"{target.Name} {target.Edition} is not taken: {hidden}");
    }

    /// <summary>Editions of a package that a repository offers.</summary>
    public IEnumerable<string> Offered(string name, string architecture)
    {
        if (!_packages.TryGetValue((name, architecture), out var package))
            yield break;
        foreach (var version in package.Versions.ToList())
        {
            if (version.Origins.ToList().Exists(o => o.IsOffer))
                yield return version.Edition;
        }
    }

    /// <summary>
    /// Why a package may go: another that comes replaces it, or it is the older one of two versions. Null: nothing says
    /// so.
    /// </summary>
    public string? WhyRemoved(PlannedChange removal, ZypperAnswer answer)
    {
        if (
            !_packages.TryGetValue((removal.Name, removal.Architecture), out var package)
            || package.Installed is not { } installed
        )
            return null;
        if (
            RpmVersion.Order.Compare(installed.Edition, removal.FromVersion) > 0
            || answer.Changes.Any(c =>
                c.Name == removal.Name
                && c.Architecture == removal.Architecture
                && RpmVersion.Order.Compare(c.ToVersion, removal.FromVersion) > 0
            )
        )
            return "the older one of two versions";
        return
            answer.Changes.FirstOrDefault(c =>
                c.ToVersion.Length > 0
                && installed.PolicyNote?.StartsWith($"{c.Name} {c.ToVersion} replaces it", StringComparison.Ordinal)
                    == true
            )
                is { } replacement
            ? $"replaced by {replacement.Name}"
            : null;
    }

    /// <summary>Alias of the best repository that offers the version; empty when none is known to.</summary>
    public string RepositoryOf(PlannedChange change)
    {
        if (!_packages.TryGetValue((change.Name, change.Architecture), out var package))
            return "";
        return package
                .Versions.ToList()
                .Where(v => v.Edition == change.ToVersion)
                .SelectMany(v => v.Origins.ToList())
                .FirstOrDefault(o => o.IsOffer)
                ?.Archive
            ?? "";
    }

    /// <summary>What a patch that names the version asks for: the package manager restarted, a reboot.</summary>
    public IEnumerable<Advisory> Advisories(string name, string architecture, string edition) =>
        _packages.TryGetValue((name, architecture), out var package)
            ? package.Versions.ToList().Where(v => v.Edition == edition).SelectMany(v => v.Advisories)
            : [];

    /// <summary>Targets that change the package manager itself: a patch says so.</summary>
    public IReadOnlySet<PatchTarget> OfTheStack(IEnumerable<PatchTarget> targets) =>
        targets.Where(t => Advisories(t.Name, t.Architecture, t.Edition).Any(a => a.RestartSuggested)).ToHashSet();
}
