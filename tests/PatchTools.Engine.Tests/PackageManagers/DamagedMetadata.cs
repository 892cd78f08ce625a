using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>Ways in which a list of a repository's metadata is not the one that repomd.xml names.</summary>
internal static class DamagedMetadata
{
    public static readonly string[] Kinds = ["zeros", "random", "one byte", "cut", "empty", "longer", "another list"];

    /// <summary>Every kind for every list.</summary>
    public static TheoryData<string, string> Of(params string[] lists)
    {
        var data = new TheoryData<string, string>();
        foreach (var list in lists)
        {
            foreach (var kind in Kinds)
                data.Add(list, kind);
        }

        return data;
    }

    /// <summary>Changes a file and leaves it its time.</summary>
    /// <param name="path">The list.</param>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="other">A whole list of the same form that is another one.</param>
    public static void Change(string path, string kind, string other)
    {
        var bytes = File.ReadAllBytes(path);
        var time = File.GetLastWriteTimeUtc(path);
        switch (kind)
        {
            case "zeros":
                bytes.AsSpan().Clear();
                break;
            case "random":
                new Random(20261130).NextBytes(bytes);
                break;
            case "one byte":
                bytes[bytes.Length / 2] ^= 1;
                break;
            case "cut":
                bytes = bytes[..^20];
                break;
            case "empty":
                bytes = [];
                break;
            case "longer":
                bytes = [.. bytes, .. bytes];
                break;
            case "another list":
                bytes = File.ReadAllBytes(other);
                break;
        }

        // The tools link what lies on the same disk: the repository's own file is to stay as it is.
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
    }

    /// <summary>The one repository is damaged, the list is named, and what to do.</summary>
    public static void AssertNamed(HostInventory inventory, string path, string remedy)
    {
        var health = inventory.Repositories[0];
        Assert.Equal((RepositoryStatus.Damaged, false), (health.Status, health.HasUsableMetadata));
        Assert.Contains(path, health.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, health.Message, StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
    }
}
