namespace PatchTools.Tests;

/// <summary>
/// Text that a change must show as a diff: <c>Approved/NAME.txt</c>. With <c>PATCHTOOLS_APPROVE=1</c> the file is
/// written again instead of compared.
/// </summary>
internal static class Approval
{
    public static bool IsWriting => Environment.GetEnvironmentVariable("PATCHTOOLS_APPROVE") == "1";

    public static void Matches(string name, string text)
    {
        var path = Path.Combine(StagedModule.RepositoryRoot, "tests", "PatchTools.Tests", "Approved", name + ".txt");
        if (IsWriting)
            File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"{path} is missing; run with PATCHTOOLS_APPROVE=1 and read what it says.");
        Assert.Equal(File.ReadAllText(path), text);
    }
}
