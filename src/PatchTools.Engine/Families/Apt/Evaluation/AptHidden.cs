namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// A version that the sources of the host leave out (Include and Exclude of apt 3.1): never a candidate, and named in
/// explanations.
/// </summary>
/// <param name="Edition">Its text.</param>
/// <param name="Because">What leaves it out.</param>
internal sealed record AptHidden(string Edition, string Because)
{
    public string Sentence => $"{Edition} is hidden from apt: {Because}";

    public static bool IsHidden(PackageVersion version) => Reason(version) is not null;

    /// <summary>Hidden versions newer than an edition, newest first.</summary>
    public static IReadOnlyList<AptHidden> Newer(PackageEntry package, string edition, IComparer<string> order)
    {
        List<AptHidden>? hidden = null;
        foreach (var version in package.Versions)
        {
            if (Reason(version) is { } because && order.Compare(version.Edition, edition) > 0)
                (hidden ??= []).Add(new AptHidden(version.Edition, because));
        }

        hidden?.Sort((x, y) => order.Compare(y.Edition, x.Edition));
        return hidden ?? [];
    }

    /// <summary>Why some version of a package is hidden; null when none is.</summary>
    public static string? Any(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            if (Reason(version) is { } because)
                return because;
        }

        return null;
    }

    private static string? Reason(PackageVersion version)
    {
        foreach (var origin in version.Origins)
        {
            if (origin.HiddenBecause is { } because)
                return because;
        }

        return null;
    }
}
