using PatchTools.Adapters.Compression;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Testing.Recordings;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>
/// Scans and plans on hosts whose tools were recorded: the same questions must be asked, and the same must come of the
/// answers. <c>RecordingTests</c> of the differential tests writes the recordings.
/// </summary>
public sealed class RecordedHostTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "PackageManagers", "Recordings");

    public static TheoryData<string> Recordings { get; } =
    [.. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task A_recorded_host_is_scanned_and_planned_as_beside_the_real_tool(string name)
    {
        var recorded = RecordedAnswers.Read(Path.Combine(Folder, name));
        using var folder = new TemporaryDirectory();
        var root = Path.Combine(folder.Path, "root");
        var data = Path.Combine(folder.Path, "data");
        recorded.Restore(root, data);
        var isApt = name.StartsWith("apt", StringComparison.Ordinal);
        var host = new HostContext
        {
            Paths = new HostPaths
            {
                Root = isApt ? "/" : root,
                StateDirectory = folder.Path,
                DataDirectory = data,
            },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [RecordedAnswers.AptConfig] = Path.Combine(root, RecordedAnswers.AptConfig),
            },
            Clock = new RecordedClock(recorded.RecordedAt),
            IsRoot = true,
        };
        var player = new AnswerPlayer(recorded, root, data);

        var lines = await RecordedAnswers.AskAsync(
            isApt ? new AptPackageManager(new HostSession(host, player, new Decompressor())) : Zypper(host, player),
            isApt ? InventoryOrigin.Host : InventoryOrigin.Root,
            recorded.RecordedAt,
            root,
            data
        );

        Assert.Equal(recorded.Expected, lines);
        Assert.Empty(player.NotAsked);
    }

    private static ZypperPackageManager Zypper(HostContext host, IProcessRunner runner) =>
        new(new HostSession(host, runner, new Decompressor()));

    private sealed class RecordedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
