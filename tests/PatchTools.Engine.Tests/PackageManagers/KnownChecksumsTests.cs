using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>
/// When a list is hashed, and when an earlier answer stands. That it was not hashed shows where what is remembered is
/// not true.
/// </summary>
public sealed class KnownChecksumsTests : IDisposable
{
    private static readonly ListChecksum s_other = ListChecksum.Parse("sha256", new string('a', 64));

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_unchanged_list_of_this_host_is_not_hashed_again()
    {
        var list = Write("p");
        Remember(isHost: true, list);

        using var open = Open(isHost: true, list, s_other);

        Assert.Equal((s_other, ListVerdict.Verified), (open.Checksum, open.Verdict));
    }

    [Fact]
    public void What_is_remembered_of_this_host_counts_for_no_other_root()
    {
        var list = Write("p");
        Remember(isHost: true, list);

        using var open = Open(isHost: false, list, s_other);

        Assert.Equal(ListVerdict.Damaged, open.Verdict);
    }

    [Fact]
    public void A_list_that_was_written_again_is_hashed_again_although_size_and_time_are_as_before()
    {
        var list = Write("p");
        Remember(isHost: true, list);
        var time = File.GetLastWriteTimeUtc(list);
        File.WriteAllText(list, "q");
        File.SetLastWriteTimeUtc(list, time);

        using var open = Open(isHost: true, list, s_other);

        Assert.Equal(ListVerdict.Damaged, open.Verdict);
    }

    [Fact]
    public void What_is_remembered_never_accuses_a_list_that_is_right()
    {
        var list = Write("p");
        Remember(isHost: true, list);

        using var open = Open(isHost: true, list, Checksum(list));

        Assert.Equal(ListVerdict.Verified, open.Verdict);
    }

    [Fact]
    public void A_list_that_changed_a_moment_ago_is_hashed_next_time_too()
    {
        var list = Write("p");
        var known = new KnownChecksums(Host(TimeSpan.Zero), isHost: true, smallestList: 0);
        using (var open = new OpenList(list, File.OpenRead(list)))
            known.Remember(list, open.Stamp(), s_other);
        known.Save();

        Assert.False(File.Exists(_folder.File("data/metadata/checksums")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("patchtools list checksums 0\nsha256:aaaa\tfile x /y\n")]
    [InlineData("patchtools list checksums 1\nnonsense\nsha256:aaaa\tfile x /y\n\t\t\n")]
    public void A_file_that_is_not_understood_only_costs_time(string content)
    {
        var list = Write("p");
        Directory.CreateDirectory(_folder.File("data/metadata"));
        File.WriteAllText(_folder.File("data/metadata/checksums"), content);

        using var open = Open(isHost: true, list, Checksum(list));

        Assert.Equal(ListVerdict.Verified, open.Verdict);
    }

    [Fact]
    public void The_newest_checksum_of_a_list_takes_the_place_of_the_one_before()
    {
        for (var i = 0; i < 3; i++)
            Remember(isHost: true, Write(new string('p', i + 1)));

        Assert.Equal(2, File.ReadAllLines(_folder.File("data/metadata/checksums")).Length);
    }

    private void Remember(bool isHost, string list)
    {
        var known = new KnownChecksums(Host(TimeSpan.FromHours(1)), isHost, smallestList: 0);
        using (var open = new OpenList(list, File.OpenRead(list)))
            known.Remember(list, open.Stamp(), s_other);
        known.Save();
    }

    private OpenList Open(bool isHost, string list, ListChecksum promised) =>
        new ListVerification(new KnownChecksums(Host(TimeSpan.FromHours(1)), isHost, smallestList: 0)).Open(
            list,
            new ListPromise { Stored = promised, Source = "Release" },
            l => l.Content()
        );

    private static ListChecksum Checksum(string list)
    {
        using var file = File.OpenRead(list);
        return ListChecksum.Compute(file, "sha256");
    }

    private string Write(string text)
    {
        var path = _folder.File("list");
        File.WriteAllText(path, text);
        return path;
    }

    private HostContext Host(TimeSpan later) =>
        new()
        {
            Paths = new HostPaths { DataDirectory = _folder.File("data"), StateDirectory = _folder.File("data") },
            Environment = new Dictionary<string, string>(),
            Clock = new PatchTools.Engine.Tests.PackageManagers.Apt.ShiftedClock(later),
        };
}
