using PatchTools.Errors;

namespace PatchTools.Snapshots;

/// <summary>
/// AWS's predefined baselines, embedded (reference 20 §5): what applies to a host of an account that has not chosen
/// anything else. Without baseline ids: those differ by region.
/// </summary>
internal static class DefaultBaselines
{
    private const string Prefix = "baselines/";
    private const string Suffix = ".json";

    /// <summary>Operating systems that have one, AWS's enum texts in ordinal order.</summary>
    public static IReadOnlyList<string> OperatingSystems { get; } =
    [
        .. typeof(DefaultBaselines)
            .Assembly.GetManifestResourceNames()
            .Where(IsBaseline)
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>All of them, in the order of <see cref="OperatingSystems"/>.</summary>
    public static IReadOnlyList<PatchBaseline> All => [.. OperatingSystems.Select(For)];

    /// <summary>Reads the one baseline; the others are not touched.</summary>
    /// <param name="awsName">AWS's enum text, <c>DEBIAN</c>.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.NoDefaultBaseline"/>.</exception>
    public static PatchBaseline For(string awsName)
    {
        var resource = Prefix + awsName + Suffix;
        using var stream =
            typeof(DefaultBaselines).Assembly.GetManifestResourceStream(resource)
            ?? throw new PatchToolsException(
                PatchErrors.NoDefaultBaseline,
                $"AWS has no predefined baseline for {awsName}; there is one for "
                    + $"{string.Join(", ", OperatingSystems)}.",
                awsName
            );
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return SnapshotReader.Read(content, resource).Baseline;
    }

    private static bool IsBaseline(string resource) =>
        resource.StartsWith(Prefix, StringComparison.Ordinal) && resource.EndsWith(Suffix, StringComparison.Ordinal);
}
