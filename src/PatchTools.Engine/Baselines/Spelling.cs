namespace PatchTools.Baselines;

/// <summary>What a misspelt word of a baseline may have been meant to be.</summary>
internal static class Spelling
{
    /// <summary>The known word with the fewest edits, when they are few.</summary>
    public static string? Nearest(string value, IReadOnlyList<string> known) =>
        known
            .Select(word => (Word: word, Edits: Edits(value.ToUpperInvariant(), word.ToUpperInvariant())))
            .Where(found => found.Edits <= 3)
            .OrderBy(found => found.Edits)
            .Select(found => found.Word)
            .FirstOrDefault();

    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
