namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>What two hosts have that should have the same.</summary>
internal static class OddHosts
{
    /// <summary>Lines of one that the other has not.</summary>
    public static string Difference(string tool, string ours) =>
        string.Join(
            '\n',
            tool.Split('\n')
                .Except(ours.Split('\n'), StringComparer.Ordinal)
                .Select(l => $"tool {l}")
                .Concat(ours.Split('\n').Except(tool.Split('\n'), StringComparer.Ordinal).Select(l => $"ours {l}"))
        );
}
