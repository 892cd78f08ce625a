using System.Collections;
using PatchTools.Model;

namespace PatchTools;

/// <summary>
/// One version offered by a repository, for people and pipelines. The evaluator works on the compact rows of
/// <see cref="PackageCatalog"/> instead.
/// </summary>
public sealed record PackageOffer(
    string Name,
    string Architecture,
    string Edition,
    string Priority,
    string Section,
    IReadOnlyList<PackageOrigin> Origins,
    IReadOnlyList<Advisory> Advisories
) : ShownRecord
{
    public IReadOnlyList<PackageOrigin> Origins
    {
        get;
        init => field = Indexable.Of(value);
    } = Indexable.Of(Origins);

    public IReadOnlyList<Advisory> Advisories
    {
        get;
        init => field = Indexable.Of(value);
    } = Indexable.Of(Advisories);
}

/// <summary>The offers of a catalog, each made when it is asked for.</summary>
public sealed class PackageOfferList : IReadOnlyList<PackageOffer>
{
    private readonly PackageCatalog _catalog;
    private int[]? _rows;

    internal PackageOfferList(PackageCatalog catalog) => _catalog = catalog;

    private int[] Rows =>
        _rows ??= [
            .. Enumerable
                .Range(0, _catalog.VersionCount)
                .Where(i => new PackageVersion(_catalog, i).Origins.Any(o => o.IsOffer)),
        ];

    public int Count => Rows.Length;

    public PackageOffer this[int index]
    {
        get
        {
            var version = new PackageVersion(_catalog, Rows[index]);
            return new PackageOffer(
                version.Package.Name,
                version.Package.Architecture,
                version.Edition,
                version.Priority,
                version.Section,
                [.. version.Origins.Where(o => o.IsOffer)],
                version.Advisories
            );
        }
    }

    public IEnumerator<PackageOffer> GetEnumerator()
    {
        for (var i = 0; i < Rows.Length; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
