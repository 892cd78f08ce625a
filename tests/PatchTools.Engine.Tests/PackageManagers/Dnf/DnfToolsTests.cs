using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.PackageManagers;
using PatchTools.PackageManagers.Dnf;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// Plans and transactions of the tools that cannot run here, yum 3 and dnf 5: a script of the commands that are expected, in order, with answers in the tools'
/// formats. Any other command fails the test.
/// </summary>
public sealed class DnfToolsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Yum_3_is_asked_twice_and_says_its_download_size_itself()
    {
        var runner = new Script()
            .Expect("yum -C update bash-0:4.2.46-34.el7.x86_64 --assumeno", 1, "---> Package bash.x86_64 0:4.2.46-31.el7 will be updated\n---> Package bash.x86_64 0:4.2.46-34.el7 will be an update\n--> Finished Dependency Resolution\nTotal download size: 1.0 M\nExiting on user command\n")
            .Expect("rpm -q bash-4.2.46-31.el7.x86_64", 0, "3667709\u001f/usr/bin/bash\u001f\u001e");

        var plan = await PlanAsync(DnfTool.Yum3, runner, Target("bash", "4.2.46-31.el7", "4.2.46-34.el7"));

        var change = Assert.Single(plan.Changes);
        Assert.Equal((PlannedAction.Upgrade, "4.2.46-31.el7", "4.2.46-34.el7", true), (change.Action, change.FromVersion, change.ToVersion, change.IsRequested));
        Assert.Equal((1_048_576L, (long?)null), (plan.DownloadBytes, plan.InstalledSizeChange));
        runner.AssertDone();
    }

    [Fact]
    public async Task A_package_that_yum_3_cannot_update_fails_alone_with_its_words()
    {
        const string unmet = "Error: Package: httpd-2.4.6-97.el7.x86_64 (updates)\n           Requires: nowhere\n You could try using --skip-broken to work around the problem\n";
        var runner = new Script()
            .Expect("yum update httpd-0:2.4.6-97.el7.x86_64 bash-0:4.2.46-34.el7.x86_64", 1, "", unmet)
            .Expect("yum update bash-0:4.2.46-34.el7.x86_64", 1, "---> Package bash.x86_64 0:4.2.46-31.el7 will be updated\n---> Package bash.x86_64 0:4.2.46-34.el7 will be an update\nExiting on user command\n")
            .Expect("yum update bash-0:4.2.46-34.el7.x86_64 httpd-0:2.4.6-97.el7.x86_64", 1, "", unmet)
            .Expect("rpm -q bash-4.2.46-31.el7.x86_64", 0, "");

        var plan = await PlanAsync(DnfTool.Yum3, runner, Target("httpd", "2.4.6-90.el7", "2.4.6-97.el7"), Target("bash", "4.2.46-31.el7", "4.2.46-34.el7"));

        Assert.Equal(("httpd", "Package: httpd-2.4.6-97.el7.x86_64 (updates); Requires: nowhere"), plan.Setbacks.Select(s => (s.Target.Name, s.Reason)).Single());
        Assert.Equal(["bash"], plan.Changes.Select(c => c.Name));
        runner.AssertDone();
    }

    [Fact]
    public async Task Dnf_5_stores_what_it_would_do_and_is_asked_for_the_sizes()
    {
        const string stored = """{"elements":[],"version":"1.0","rpms":[{"nevra":"bash-5.2.26-3.fc40.x86_64","action":"Upgrade","reason":"User","repo_id":"updates"},{"nevra":"bash-5.2.26-1.fc40.x86_64","action":"Replaced","reason":"User","repo_id":"@System"}]}""";
        var store = Path.Combine(_folder.Path, "data", "dnf-plan");
        var runner = new Script()
            .Expect($"dnf5 -C -y --store={store} install bash-0:5.2.26-3.fc40.x86_64", 0, "", act: () => File.WriteAllText(_folder.File("data/dnf-plan/transaction.json"), stored))
            .Expect("dnf5 -C -q repoquery bash-0:5.2.26-3.fc40.x86_64", 0, "bash\u001fx86_64\u001f0\u001f5.2.26\u001f3.fc40\u001f1900000\u001f8500000\u001fupdates\u001e")
            .Expect("rpm -q bash-5.2.26-1.fc40.x86_64", 0, "8400000\u001f/usr/bin/bash\u001f\u001e");

        var plan = await PlanAsync(DnfTool.Dnf5, runner, Target("bash", "5.2.26-1.fc40", "5.2.26-3.fc40"));

        Assert.Equal(("updates", 1_900_000L, 100_000L), (Assert.Single(plan.Changes).Repository, plan.DownloadBytes, plan.InstalledSizeChange));
        runner.AssertDone();
    }

    [Fact]
    public async Task What_dnf_5_stored_for_an_earlier_question_is_no_answer_to_the_next()
    {
        File.WriteAllText(_folder.File("data/dnf-plan/transaction.json"), """{"version":"1.0","rpms":[{"nevra":"bash-5.2.26-3.fc40.x86_64","action":"Upgrade","repo_id":"updates"}]}""");
        var runner = new Script().Expect("dnf5 -C -y install bash-0:5.2.26-3.fc40.x86_64", 1, "", "Failed to resolve the transaction:\nProblem: conflicting requests\n  - nothing provides nowhere needed by bash-5.2.26-3.fc40.x86_64 from updates\n");

        var plan = await PlanAsync(DnfTool.Dnf5, runner, Target("bash", "5.2.26-1.fc40", "5.2.26-3.fc40"));

        Assert.Equal("nothing provides nowhere needed by bash-5.2.26-3.fc40.x86_64 from updates", Assert.Single(plan.Setbacks).Reason);
        Assert.Empty(plan.Changes);
        runner.AssertDone();
    }

    [Fact]
    public async Task A_lock_that_is_held_while_planning_is_waited_for()
    {
        var runner = new Script()
            .Expect("yum update bash-0:4.2.46-34.el7.x86_64", 200, "Another app is currently holding the yum lock; exiting as configured by exit_on_lock\n")
            .Expect("yum update bash-0:4.2.46-34.el7.x86_64", 1, "---> Package bash.x86_64 0:4.2.46-31.el7 will be updated\n---> Package bash.x86_64 0:4.2.46-34.el7 will be an update\nExiting on user command\n")
            .Expect("rpm -q bash-4.2.46-31.el7.x86_64", 0, "");

        Assert.Single((await PlanAsync(DnfTool.Yum3, runner, Target("bash", "4.2.46-31.el7", "4.2.46-34.el7"))).Changes);
        runner.AssertDone();
    }

    [Fact]
    public async Task A_lock_that_is_taken_again_and_again_ends_busy()
    {
        var runner = new Script();
        for (var i = 0; i <= 20; i++)
            runner.Expect("yum update bash-0:4.2.46-34.el7.x86_64", 200, "");
        var error = await Assert.ThrowsAsync<CommandFailedException>(() => PlanAsync(DnfTool.Yum3, runner, Target("bash", "4.2.46-31.el7", "4.2.46-34.el7")));
        Assert.Equal(PatchErrors.PackageManagerBusy, error.Error);
        runner.AssertDone();
    }

    private async Task<InstallPlan> PlanAsync(DnfTool tool, Script runner, params PatchTarget[] targets)
    {
        var host = new HostContext
        {
            Paths = new HostPaths { Root = _folder.Path, DataDirectory = Path.Combine(_folder.Path, "data") },
            IsRoot = true,
            Environment = new Dictionary<string, string>(),
        };
        var request = new InstallRequest { Inventory = Inventory(tool), Targets = targets, Dependencies = new Anything() };
        return await new DnfPlanner(host, runner, tool, Path.Combine(_folder.Path, "cache"), request, _observer).PlanAsync(TestContext.Current.CancellationToken);
    }

    private static HostInventory Inventory(DnfTool tool) => new()
    {
        Family = tool.Family,
        PackageManager = tool.Name,
        Origin = InventoryOrigin.Host,
        CapturedAt = DateTimeOffset.UnixEpoch,
        OperatingSystem = new OsRelease { Id = "rhel", VersionId = "7.9" },
        Packages = new PackageCatalogBuilder(1) { NativeArchitecture = "x86_64" }.Build(),
        Repositories = [],
        Facts = new HostFacts(),
    };

    private static PatchTarget Target(string name, string from, string to) => new() { Name = name, Architecture = "x86_64", InstalledEdition = from, Edition = to, Id = $"{name}.x86_64" };

    private sealed class Anything : IDependencyPolicy
    {
        public string? RefusalOf(string name, string architecture, string edition) => null;
    }

    /// <summary>Commands that are expected, in order; each is told by words that it must hold, the first being its name.</summary>
    private sealed class Script : IProcessRunner
    {
        private readonly Queue<(string Words, CommandResult Result, Action? Act)> _expected = [];

        public Script Expect(string words, int exitCode, string output, string error = "", Action? act = null)
        {
            _expected.Enqueue((words, new CommandResult(exitCode, output, error, TimeSpan.Zero), act));
            return this;
        }

        public void AssertDone() => Assert.Empty(_expected);

        public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
        {
            Assert.True(_expected.TryDequeue(out var next), $"unexpected: {command}");
            List<string> words = [command.FileName, .. command.Arguments];
            Assert.All(next.Words.Split(' '), word => Assert.Contains(word, words));
            Assert.Contains(next.Result.ExitCode, command.ExpectedExitCodes);
            next.Act?.Invoke();
            return Task.FromResult(next.Result);
        }
    }
}
