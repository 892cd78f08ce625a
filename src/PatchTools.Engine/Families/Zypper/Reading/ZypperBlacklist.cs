using System.Text;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Model;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// What lies in a repository and zypper does not take unless somebody asks for it by name: packages of retracted
/// patches, and program temporary fixes (PTF), which are made for one customer. Of a fix that is installed newer
/// versions are taken, as zypper has it.
/// </summary>
internal sealed class ZypperBlacklist
{
    public const string RetractedStatus = "retracted";

    private readonly Dictionary<
        (int Repository, string Name, string Architecture, string Edition),
        string
    > _retracted = [];
    private readonly List<(int Repository, int Version)> _temporaryFixes = [];

    public bool HasTemporaryFixes => _temporaryFixes.Count > 0;

    /// <param name="repository">Index of the repository that publishes the patch: only its own packages are
    /// meant.</param>
    /// <param name="patch">Name of the patch.</param>
    /// <param name="name">UTF-8.</param>
    /// <param name="architecture">UTF-8; noarch of the same version is meant too, and no other.</param>
    /// <param name="edition">UTF-8.</param>
    public void AddRetracted(
        int repository,
        string patch,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> architecture,
        ReadOnlySpan<byte> edition
    )
    {
        var (package, version) = (Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(edition));
        _retracted[(repository, package, Encoding.UTF8.GetString(architecture), version)] = patch;
        _retracted[(repository, package, "noarch", version)] = patch;
    }

    public void AddTemporaryFix(int repository, int version) => _temporaryFixes.Add((repository, version));

    /// <summary>Hides the packages of retracted patches.</summary>
    /// <returns>Indexes of installed packages whose very version is retracted, with the patch.</returns>
    public IReadOnlyList<(int Installed, string Patch)> HideRetracted(PackageCatalogBuilder builder, RpmOffers offers)
    {
        List<(int, string)> installed = [];
        if (_retracted.Count == 0)
            return installed;
        var repositories = _retracted.Keys.Select(r => r.Repository).Distinct().ToList();
        for (var version = 0; version < builder.VersionCount; version++)
        {
            var name = Encoding.UTF8.GetString(builder.NameOf(version));
            var architecture = Encoding.UTF8.GetString(builder.ArchitectureOf(version));
            var edition = Encoding.UTF8.GetString(builder.EditionOf(version));
            foreach (var repository in repositories)
            {
                if (!_retracted.TryGetValue((repository, name, architecture, edition), out var patch))
                    continue;
                offers.Hide([version], repository, patch + PackageOrigin.Retracted);
                if (
                    builder.InstalledOf(version) is var index and >= 0
                    && builder.Installed(index).Edition == edition
                    && !installed.Contains((index, patch))
                )
                    installed.Add((index, patch));
            }
        }

        return installed;
    }

    /// <summary>Hides temporary fixes of packages of which none is installed.</summary>
    /// <param name="builder">The catalog.</param>
    /// <param name="offers">Of the same catalog.</param>
    /// <param name="installed">Names of installed packages that are fixes.</param>
    public void HideTemporaryFixes(PackageCatalogBuilder builder, RpmOffers offers, IReadOnlySet<string> installed)
    {
        foreach (var (repository, version) in _temporaryFixes)
        {
            if (!installed.Contains(Encoding.UTF8.GetString(builder.NameOf(version))))
                offers.Hide([version], repository, PackageOrigin.TemporaryFix);
        }
    }
}
