using System.Diagnostics;
using PatchTools.Engine.Tests.PackageManagers.Apt;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>A scan beside somebody's transaction.</summary>
public sealed class QuietReadingTests : IDisposable
{
    private static readonly HeldLock s_lock = new("/var/lib/dpkg/lock", "process 7 (apt-get upgrade)");

    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingObserver _observer = new();
    private readonly Queue<HeldLock?> _held = new();
    private int _readings;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nobody_at_work_is_read_at_once()
    {
        Assert.True((await ReadAsync(isRoot: true)).Doubts.Count == 0);
        Assert.Equal(1, _readings);
    }

    [Fact]
    public async Task Root_waits_for_the_end_of_a_transaction_before_it_reads()
    {
        foreach (var held in new[] { s_lock, s_lock, s_lock, null, null })
            _held.Enqueue(held);

        var inventory = await ReadAsync(isRoot: true);

        Assert.Empty(inventory.Doubts);
        Assert.Equal(1, _readings);
        Assert.Empty(_held);
    }

    [Fact]
    public async Task What_was_read_while_somebody_took_a_lock_is_read_again()
    {
        foreach (var held in new[] { null, s_lock, s_lock, s_lock, null, null })
            _held.Enqueue(held);

        Assert.Empty((await ReadAsync(isRoot: true)).Doubts);
        Assert.Equal(2, _readings);
    }

    [Fact]
    public async Task A_wait_that_runs_out_ends_with_170_and_names_the_holder()
    {
        for (var i = 0; i < 50; i++)
            _held.Enqueue(s_lock);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            ReadAsync(isRoot: true, TimeSpan.FromMilliseconds(1))
        );

        Assert.Same(PatchErrors.PackageManagerBusy, error.Error);
        Assert.Equal(170, error.ExitCode);
        Assert.Contains("process 7 (apt-get upgrade)", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _readings);
    }

    [Fact]
    public async Task A_wait_for_a_package_manager_ends_when_the_run_is_stopped()
    {
        for (var i = 0; i < 50; i++)
            _held.Enqueue(s_lock);
        using var stop = new CancellationTokenSource();
        _observer.WhenProgress(_ => stop.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(isRoot: true, stop: stop.Token));

        Assert.Equal(0, _readings);
    }

    /// <summary>rpm sets mode and owner of SQLite's log whenever root reads.</summary>
    [Fact]
    public void What_rpm_does_to_its_database_when_root_reads_is_not_a_change()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("rpm");
        var folder = _folder.File("rpm");
        Directory.CreateDirectory(folder);
        RigProcess.Run("rpm", "--dbpath", folder, "--initdb").Expect();
        RigProcess.Run("rpm", "--dbpath", folder, "-qa").Expect();
        var file = Path.Combine(folder, "rpmdb.sqlite");
        var before = DatabaseStamp.Of(file);
        Assert.NotNull(before);

        RigProcess.Run("rpm", "--dbpath", folder, "-qa").Expect();
        Assert.Equal(before, DatabaseStamp.Of(file));

        File.WriteAllText(file + "-wal", "somebody writes");
        Assert.NotEqual(before, DatabaseStamp.Of(file));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Who_is_not_root_does_not_wait_and_says_that_it_proves_nothing(bool before, bool after)
    {
        _held.Enqueue(before ? s_lock : null);
        _held.Enqueue(after ? s_lock : null);
        _held.Enqueue(after ? s_lock : null);

        var inventory = await ReadAsync(isRoot: false);

        Assert.Contains(s_lock.Holder, Assert.Single(inventory.Doubts), StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
        Assert.Equal(1, _readings);
    }

    [Theory]
    [InlineData(InventoryOrigin.Root, "/mnt/image")]
    [InlineData(InventoryOrigin.Host, "/mnt/image")]
    [InlineData(InventoryOrigin.Root, "/")]
    public async Task Of_an_image_no_lock_counts(InventoryOrigin origin, string root)
    {
        for (var i = 0; i < 50; i++)
            _held.Enqueue(s_lock);

        Assert.Empty((await ReadAsync(isRoot: true, TimeSpan.Zero, origin, root)).Doubts);
        Assert.Equal(50, _held.Count);
    }

    [Fact]
    public void Who_may_not_open_a_lock_still_sees_who_holds_it()
    {
        Rig.NeedsCommands("python3");
        var path = _folder.File("lock");
        File.WriteAllText(path, "");
        Assert.Null(FileLock.ListedHolder(path));
        using var holder = Hold(path);

        Assert.Contains(
            FormattableString.Invariant($"process {holder.Id} ("),
            FileLock.ListedHolder(path),
            StringComparison.Ordinal
        );
        Assert.Equal(FileLock.Holder(path), FileLock.ListedHolder(path));
        End(holder);
        Assert.Null(FileLock.ListedHolder(path));
    }

    [Theory]
    [InlineData("var/lib/dpkg/lock-frontend")]
    [InlineData("var/lib/dpkg/lock")]
    [InlineData("var/lib/apt/lists/lock")]
    public async Task A_scan_of_an_apt_host_waits_for_each_lock_of_dpkg_and_apt(string file)
    {
        Rig.NeedsCommands("python3");
        using var root = new AptRoot("amd64");
        root.Write(file, "");
        using var holder = Hold(Path.Combine(root.Root, file));

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            root.ReadAsync(new InventoryRequest { LockTimeout = TimeSpan.Zero })
        );

        Assert.Same(PatchErrors.PackageManagerBusy, error.Error);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        var image = await root.ReadAsync(
            new InventoryRequest { LockTimeout = TimeSpan.Zero, Origin = InventoryOrigin.Root },
            root.Image
        );
        Assert.Empty(image.Doubts);
        var without = await root.ReadAsync(
            new InventoryRequest { LockTimeout = TimeSpan.Zero },
            root.Host with
            {
                IsRoot = false,
            }
        );
        Assert.Contains("Only root can wait", Assert.Single(without.Doubts), StringComparison.Ordinal);
        End(holder);
        Assert.Empty((await root.ReadAsync(new InventoryRequest { LockTimeout = TimeSpan.Zero })).Doubts);
    }

    private static Process Hold(string path)
    {
        var process = Process.Start(
            new ProcessStartInfo(
                "python3",
                [
                    "-c",
                    "import fcntl,sys\nf=open(sys.argv[1],'w')\nfcntl.lockf(f,fcntl.LOCK_EX)\n"
                        + "print('held',flush=True)\nsys.stdin.read()",
                    path,
                ]
            )
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        Assert.Equal("held", process.StandardOutput.ReadLine());
        return process;
    }

    private static void End(Process holder)
    {
        holder.StandardInput.Close();
        Assert.True(holder.WaitForExit(TimeSpan.FromSeconds(30)));
    }

    private Task<HostInventory> ReadAsync(
        bool isRoot,
        TimeSpan? timeout = null,
        InventoryOrigin origin = InventoryOrigin.Host,
        string root = "/",
        CancellationToken? stop = null
    )
    {
        var host = new HostContext
        {
            Paths = new HostPaths { Root = root },
            Environment = new Dictionary<string, string>(),
            IsRoot = isRoot,
        };
        var request = new InventoryRequest { LockTimeout = timeout ?? TimeSpan.FromMinutes(1), Origin = origin };
        return new QuietReading(host, request).ReadAsync(
            new LockWait(host, _observer, "dpkg or apt", () => _held.TryDequeue(out var held) ? held : null),
            () =>
            {
                _readings++;
                return Task.FromResult(
                    new HostInventory
                    {
                        Family = PackageFamily.Apt,
                        PackageManager = "apt",
                        Origin = origin,
                        CapturedAt = DateTimeOffset.UnixEpoch,
                        OperatingSystem = new OsRelease { Id = "debian" },
                        Packages = new PackageCatalogBuilder().Build(),
                        Facts = new HostFacts(),
                    }
                );
            },
            stop ?? TestContext.Current.CancellationToken
        );
    }
}
