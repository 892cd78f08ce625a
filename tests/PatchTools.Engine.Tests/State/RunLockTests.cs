using System.Globalization;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.State;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_second_run_ends_with_the_holders_process_age_and_command()
    {
        var host = Host();
        using var first = await Acquire(host, TimeSpan.Zero);
        ((FixedClock)host.Clock).Now += TimeSpan.FromSeconds(42);
        var error = await Assert.ThrowsAsync<PatchToolsException>(() => Acquire(host, TimeSpan.Zero));
        Assert.Equal(PatchErrors.RunInProgress, error.Error);
        Assert.Equal(170, error.ExitCode);
        Assert.Contains(
            string.Create(
                CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} (Invoke-PatchBaseline), running for 42 s"
            ),
            error.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_waiting_run_is_told_of_the_holder_and_goes_on_when_it_ends()
    {
        // The real clock: the wait itself is under test.
        var host = Host() with
        {
            Clock = TimeProvider.System,
        };
        var first = await Acquire(host, TimeSpan.Zero);
        _observer.OnProgress = status =>
        {
            Assert.Contains("Invoke-PatchBaseline", status, StringComparison.Ordinal);
            first.Dispose();
        };
        using var second = await Acquire(host, TimeSpan.FromMinutes(5));
        Assert.Contains(_observer.Lines, l => l.Contains("Invoke-PatchBaseline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_waiting_run_can_be_cancelled()
    {
        var host = Host() with { Clock = TimeProvider.System };
        using var first = await Acquire(host, TimeSpan.Zero);
        using var cancellation = new CancellationTokenSource();
        _observer.OnProgress = _ => cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RunLock.AcquireAsync(host, "second", TimeSpan.FromMinutes(5), _observer, cancellation.Token)
        );
    }

    [Fact]
    public async Task The_lock_of_a_killed_run_is_taken_over()
    {
        using (var holder = KillableWriter.StartLocking(_directory.Path))
        {
            Assert.Equal("locked", await holder.StandardOutput.ReadLineAsync());
            var busy = await Assert.ThrowsAsync<PatchToolsException>(() => Acquire(Host(), TimeSpan.Zero));
            Assert.Contains("the run that dies", busy.Message, StringComparison.Ordinal);
            holder.Kill();
            await holder.WaitForExitAsync();
        }

        using var taken = await Acquire(Host(), TimeSpan.Zero);
        Assert.Contains(
            _observer.Lines,
            l =>
                l.Contains("taken over", StringComparison.Ordinal)
                && l.Contains("the run that dies", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_lock_given_up_in_order_is_free_and_says_nothing()
    {
        (await Acquire(Host(), TimeSpan.Zero)).Dispose();
        (await Acquire(Host(), TimeSpan.Zero)).Dispose();
        Assert.Empty(_observer.Lines);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{\"pid\": \"x\"}")]
    [InlineData("[]")]
    public async Task Damaged_lock_content_does_not_matter(string content)
    {
        await File.WriteAllTextAsync(_directory.File("data/lock/run.lock"), content);
        using var taken = await Acquire(Host(), TimeSpan.Zero);
        Assert.NotNull(taken);
    }

    private HostContext Host() => ReportSamples.Host(_directory.Path);

    private Task<RunLock> Acquire(HostContext host, TimeSpan timeout) =>
        RunLock.AcquireAsync(host, "Invoke-PatchBaseline", timeout, _observer, CancellationToken.None);
}
