namespace PatchTools.Model;

/// <summary>
/// Lists that scripts may index. The compiler's own list behind a collection expression is internal; PowerShell finds
/// no indexer on such a type, so that <c>$report.Findings[0]</c> would be all of them.
/// </summary>
internal static class Indexable
{
    /// <summary>The list itself when its type is public, else a copy as an array.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> list) => list.GetType().IsVisible ? list : list.ToArray();
}
