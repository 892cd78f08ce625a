using PatchTools.Families.Rpm.Reading;
using PatchTools.Hosts;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

/// <summary>How often rpm is asked whether all dependencies are met.</summary>
public sealed class KnownDependenciesTests : IDisposable
{
    private const string Sentence = "Dependencies of installed packages are not met: a needs b.";

    private readonly TemporaryDirectory _folder = new();
    private int _asked;

    public KnownDependenciesTests() => Write("one");

    private string Database => _folder.File("var/lib/rpm/rpmdb.sqlite");

    private string Remembered => _folder.File("data/metadata/rpm-dependencies");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(Sentence)]
    public async Task Of_a_database_that_has_not_changed_rpm_is_asked_once(string? sentence)
    {
        Assert.Equal(sentence, await AskAsync(sentence));
        Assert.Equal(sentence, await AskAsync("another answer"));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task A_database_of_the_same_size_and_time_that_was_written_is_asked_again()
    {
        await AskAsync(null);
        var time = File.GetLastWriteTimeUtc(Database);
        Write("two");
        File.SetLastWriteTimeUtc(Database, time);
        Assert.Equal(Sentence, await AskAsync(Sentence));
    }

    [Fact]
    public async Task What_lies_in_the_journal_only_counts_as_a_change()
    {
        await AskAsync(null);
        File.WriteAllText(Database + "-wal", "three");
        Assert.Equal(Sentence, await AskAsync(Sentence));
    }

    [Fact]
    public async Task An_image_is_asked_every_time()
    {
        await AskAsync(null, isHost: false);
        Assert.Equal(Sentence, await AskAsync(Sentence, isHost: false));
        Assert.False(File.Exists(Remembered));
    }

    [Fact]
    public async Task A_database_that_changed_just_now_may_change_again_unseen()
    {
        await AskAsync(null, later: TimeSpan.Zero);
        Assert.Equal(Sentence, await AskAsync(Sentence, later: TimeSpan.Zero));
    }

    [Fact]
    public async Task Nothing_is_remembered_of_a_database_that_changes_while_rpm_is_asked()
    {
        await Known(isHost: true, TimeSpan.FromHours(1))
            .OrAskAsync(() =>
            {
                Write("four");
                return Task.FromResult<string?>(null);
            });
        Assert.Equal(Sentence, await AskAsync(Sentence));
    }

    [Theory]
    [InlineData("")]
    [InlineData("patchtools rpm dependencies 1\n")]
    [InlineData("something else\n\n\n")]
    public async Task A_damaged_memory_only_costs_time(string text)
    {
        await AskAsync(null);
        File.WriteAllText(Remembered, text);
        Assert.Equal(Sentence, await AskAsync(Sentence));
        Assert.Equal(Sentence, await AskAsync(null));
    }

    private Task<string?> AskAsync(string? answer, bool isHost = true, TimeSpan? later = null) =>
        Known(isHost, later ?? TimeSpan.FromHours(1))
            .OrAskAsync(() =>
            {
                _asked++;
                return Task.FromResult(answer);
            });

    private KnownDependencies Known(bool isHost, TimeSpan later) =>
        new(
            new HostContext
            {
                Paths = new HostPaths { StateDirectory = _folder.File("ssm"), DataDirectory = _folder.File("data") },
                Environment = new Dictionary<string, string>(),
                Clock = new PatchTools.Engine.Tests.PackageManagers.Apt.ShiftedClock(later),
            },
            _folder.Path,
            isHost
        );

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        File.WriteAllText(Database, text);
    }
}
