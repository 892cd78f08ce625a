using PatchTools.Adapters.Compression;
using PatchTools.Differential.Tests.Apt;
using PatchTools.Differential.Tests.Rpm;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Testing.Recordings;
using Xunit;

namespace PatchTools.Differential.Tests;

/// <summary>
/// Records what the real tools answer on some random hosts, for the tests that have no tool. Run by hand, with
/// <c>-explicit only</c> and <c>PATCHTOOLS_RECORD</c> set to the folder that takes the files.
/// </summary>
public sealed class RecordingTests
{
    private static readonly int[] Numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    private static string Folder => Environment.GetEnvironmentVariable("PATCHTOOLS_RECORD") ?? "";

    [Fact(Explicit = true)]
    public async Task Apt_is_recorded()
    {
        Rig.NeedsCommands("apt", "apt-get", "apt-cache", "dpkg");
        foreach (var number in Numbers)
        {
            var universe = AptGenerator.Make(new Draw(Draws.Seed, number));
            if (universe.Archives.Any(a => a.Damage is not null))
                continue;
            using var host = new AptHost(universe);
            await RecordAsync(
                $"apt-{number}",
                host.Run("apt-get", "--version").Expect().Output,
                host.Context,
                host.Root,
                InventoryOrigin.Host,
                host.Runner,
                r => new AptPackageManager(new HostSession(host.Context, r, new Decompressor()))
            );
        }
    }

    [Fact(Explicit = true)]
    public async Task Zypper_is_recorded()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("zypper", "rpm", "rpmbuild");
        foreach (var number in Numbers)
        {
            var universe = RpmGenerator.OfZypper(new Draw(Draws.Seed, number));
            if (universe.Repositories.Any(r => r.Condition is not null))
                continue;
            using var host = new ZypperHost(universe);
            await RecordAsync(
                $"zypper-{number}",
                host.Zypper("--version").Expect().Output,
                host.Context,
                host.Root,
                InventoryOrigin.Root,
                new ProcessRunner(host.Context, SilentObserver.Instance),
                r => new ZypperPackageManager(new HostSession(host.Context, r, new Decompressor()))
            );
        }
    }

    private static async Task RecordAsync(
        string name,
        string tool,
        HostContext context,
        string root,
        InventoryOrigin origin,
        IProcessRunner runner,
        Func<IProcessRunner, IPackageManager> manager
    )
    {
        Assert.NotEmpty(Folder);
        var data = context.Paths.DataDirectory;
        var files = RecordedAnswers.FilesOf(root, data);
        if (context.Environment.TryGetValue(RecordedAnswers.AptConfig, out var configuration))
            files[RecordedAnswers.AptConfig] = RecordedAnswers.Marked(File.ReadAllText(configuration), root, data);
        var recorder = new AnswerRecorder(runner, root, data);
        var asked = manager(recorder);
        var now = context.Clock.GetUtcNow();
        var expected = await RecordedAnswers.AskAsync(asked, origin, now, root, data);
        new RecordedAnswers
        {
            Tool = tool.Split('\n')[0],
            RecordedAt = now,
            Files = files,
            Answers = recorder.Answers,
            Expected = expected,
        }.Write(Path.Combine(Folder, name + ".json"));
    }
}
