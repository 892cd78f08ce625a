namespace PatchTools.Families.Rpm.Reading;

/// <summary>What rpm says is installed at one moment of an install.</summary>
internal sealed class RpmDatabase
{
    private readonly HashSet<RpmPackage> _packages;

    public RpmDatabase(IEnumerable<RpmPackage> packages) => _packages = [.. packages];

    /// <summary>Whether exactly that version is there; rpm knows no half-installed packages.</summary>
    public bool Has(PatchTarget target) => Has(target.Name, target.Architecture, target.Edition);

    public bool Has(string name, string architecture, string edition) =>
        _packages.Any(p => p.Name == name && p.Architecture == architecture && p.Edition == edition);

    /// <summary>Whether the plan still begins with what is installed.</summary>
    public bool Fits(InstallPlan plan) =>
        plan.Changes.All(c =>
            c.FromVersion.Length > 0
                ? Has(c.Name, c.FromArchitecture, c.FromVersion)
                : !Has(c.Name, c.Architecture, c.ToVersion)
        );

    public override bool Equals(object? obj) => obj is RpmDatabase other && _packages.SetEquals(other._packages);

    public override int GetHashCode() => _packages.Count;
}
