using PatchTools.Families.Shared;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Planning;

/// <summary>
/// What is known of a wanted version before apt is asked: the administrator's refusals (holds and negative pins, design
/// §4), and whether a repository that offers it is authenticated.
/// </summary>
internal sealed class AptRefusals
{
    private readonly HostInventory _inventory;
    private readonly Dictionary<(string Name, string Architecture), PackageEntry> _packages;

    public AptRefusals(InstallRequest request)
    {
        _inventory = request.Inventory;
        _packages = new Dictionary<(string, string), PackageEntry>(_inventory.Packages.Count);
        foreach (var package in _inventory.Packages)
            _packages[(package.Name, package.Architecture)] = package;
    }

    public string NativeArchitecture => _inventory.Packages.NativeArchitecture;

    public InstalledPackage? Installed(string name, string architecture) =>
        _packages.TryGetValue((name, architecture), out var package) ? package.Installed : null;

    /// <summary>The setback of a target that apt need not be asked about; null when it must be.</summary>
    public PatchSetback? Of(PatchTarget target)
    {
        var installed = Installed(target.Name, target.Architecture);
        if (installed is { IsHeld: true })
            return new PatchSetback(
                target,
                SetbackKind.Held,
                $"{target.Name} is held (apt-mark unhold {target.Name} releases it)"
            );
        if (installed?.RefusedEditions.FirstOrDefault(refused => refused.Edition == target.Edition) is { } refusal)
            return new PatchSetback(
                target,
                SetbackKind.Held,
                $"{target.Name} {target.Edition} is refused by {refusal.Reason}"
            );
        return DistrustOf(target.Name, target.Architecture, target.Edition) is { } distrust
            ? new PatchSetback(target, SetbackKind.NotAuthenticated, distrust)
            : null;
    }

    /// <summary>
    /// Null when an authenticated repository offers the version, or none offers it at all; else the sentence that says
    /// so.
    /// </summary>
    public string? DistrustOf(string name, string architecture, string edition)
    {
        var offered = Offered(name, architecture, edition);
        if (offered.Count == 0)
            return null;
        var origins = offered.SelectMany(v => v.Origins).Where(o => o.IsOffer).ToList();
        return origins.Exists(o => o.Trusted)
            ? null
            : $"{name} {edition} comes from {RepositoryOf(origins[0])}, which is not authenticated";
    }

    /// <summary>
    /// What a plan goes against: apt itself would stay below the wanted version, because of a pin or of a repository
    /// that is not automatic.
    /// </summary>
    public string? OverriddenPin(PlannedChange change)
    {
        var installed = Installed(change.Name, change.Architecture);
        return
            installed is { CandidateEdition: { } candidate, PolicyNote: { } note }
            && DebianVersion.Order.Compare(candidate, change.ToVersion) < 0
            ? $"overrides {(note.StartsWith("pin ", StringComparison.Ordinal) ? "" : "apt's policy: ")}{note}"
            : null;
    }

    private List<PackageVersion> Offered(string name, string architecture, string edition)
    {
        List<PackageVersion> offered = [];
        if (_packages.TryGetValue((name, architecture), out var package))
        {
            foreach (var version in package.Versions)
            {
                if (version.Edition == edition && version.Origins.Any(o => o.IsOffer))
                    offered.Add(version);
            }
        }

        return offered;
    }

    private string RepositoryOf(PackageOrigin origin) =>
        origin.Repository < _inventory.Repositories.Count
            ? _inventory.Repositories[origin.Repository].Name
            : "a repository";
}
