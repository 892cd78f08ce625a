using PatchTools.Errors;

namespace PatchTools.Snapshots;

/// <summary>
/// The repositories a baseline brings along (reference 09 §8). A scan hands their text to the package manager as its
/// sources; the host's own files are never moved, so there is nothing to restore and nothing to lose.
/// </summary>
internal static class CustomSources
{
    /// <summary>
    /// Text of all sources for the product of the host that is judged, joined by newlines; null when the baseline has
    /// none.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.BaselineSourcesNotApplicable"/>: it has some, but
    /// none for this product.</exception>
    public static string? For(PatchSnapshot snapshot, string product)
    {
        var sources = snapshot.Baseline.Sources;
        if (sources.Count == 0)
            return null;
        var applying = sources
            .Where(s =>
                s.Products.Contains(product, StringComparer.Ordinal) || s.Products.Contains("*", StringComparer.Ordinal)
            )
            .ToList();
        if (applying.Count == 0)
        {
            throw new PatchToolsException(
                PatchErrors.BaselineSourcesNotApplicable,
                $"The baseline brings {sources.Count} sources, but none lists {product} or * among its "
                    + $"products: "
                    + $"{string.Join(", ", sources.Select(s => $"{s.Name} ({string.Join(' ', s.Products)})"))}.",
                product
            );
        }

        return string.Join('\n', applying.Select(s => s.Configuration));
    }
}
