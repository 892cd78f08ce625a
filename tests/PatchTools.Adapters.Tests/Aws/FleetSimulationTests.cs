using System.Globalization;
using PatchTools.Adapters.Aws;
using PatchTools.Ports;
using PatchTools.Testing.Aws;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// A hundred thousand instances that scan and report through the rate limits of one account, on a clock that is only
/// counted: the tries, waits and deadline are those of the product. The table is a page of the module's documents; with
/// <c>PATCHTOOLS_APPROVE=1</c> it is written instead of compared.
/// </summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class FleetSimulationTests
{
    private const int Instances = 100_000;

    private static readonly string Page = Path.Combine(BuiltHost.RepositoryRoot, "module", "docs", "fleet-at-scale.md");

    /// <summary>
    /// How they start: spread evenly over minutes, or so many at once, the next one whenever one is done; and the limit
    /// of each operation, requests a second.
    /// </summary>
    private static readonly (string Start, double Minutes, int AtOnce, int PerSecond)[] Scenarios =
    [
        ("all within a minute", 1, 0, 50),
        ("over 15 minutes", 15, 0, 50),
        ("over 30 minutes", 30, 0, 50),
        ("over 45 minutes", 45, 0, 50),
        ("over 2 hours", 120, 0, 50),
        ("500 at once", 0, 500, 50),
        ("1 000 at once", 0, 1_000, 50),
        ("2 000 at once", 0, 2_000, 50),
        ("10 000 at once (10%)", 0, 10_000, 50),
        ("over 15 minutes", 15, 0, 200),
        ("10 000 at once (10%)", 0, 10_000, 200),
    ];

    [Fact]
    public void A_hundred_thousand_instances_come_through_as_the_page_says_and_no_report_is_lost()
    {
        List<string> rows = [];
        foreach (var (start, minutes, atOnce, perSecond) in Scenarios)
        {
            var outcome = new Simulation(minutes, atOnce, perSecond).Run();
            Assert.Equal(Instances, outcome.Reported + outcome.Kept + outcome.WithoutBaseline);
            rows.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {start} | {perSecond} | {outcome.Reported} | {outcome.Kept} | "
                        + $"{outcome.WithoutBaseline} | {outcome.Calls} | {outcome.Throttled} | "
                        + $"{outcome.Drained.TotalMinutes:0} min |"
                )
            );
        }

        var lines = File.ReadAllLines(Page).ToList();
        var first = lines.FindIndex(line => line.StartsWith("| start |", StringComparison.Ordinal)) + 2;
        var written = lines.Skip(first).TakeWhile(line => line.StartsWith('|')).ToList();
        if (Environment.GetEnvironmentVariable("PATCHTOOLS_APPROVE") == "1")
            File.WriteAllLines(Page, [.. lines.Take(first), .. rows, .. lines.Skip(first + written.Count)]);
        else
            Assert.Equal(written, rows);
    }

    /// <summary>
    /// The model's limit is the loopback service's: what is beyond it is throttled, and the adapters' tries are the
    /// model's.
    /// </summary>
    [Fact]
    public async Task What_is_beyond_a_limit_is_throttled_and_tried_as_the_model_says()
    {
        await using var aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                RateLimits = new Dictionary<string, RateLimit> { ["PutInventory"] = new(perSecond: 0, burst: 2) },
            }
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var service = new SsmPatchService(Loopback.Settings(aws), Loopback.Patience);

        await service.CallAsync("PutInventory");
        await service.CallAsync("PutInventory");
        var failure = await Assert.ThrowsAsync<PatchServiceException>(() => service.CallAsync("PutInventory"));

        Assert.Equal(
            (PatchServiceFailure.Throttled, 2 + 1 + CallPatience.Default.Retries),
            (failure.Failure, aws.Calls.Count)
        );
    }

    private sealed record Outcome(
        int Reported,
        int Kept,
        int WithoutBaseline,
        int Calls,
        int Throttled,
        TimeSpan Drained
    );

    private enum Stage
    {
        Snapshot,
        Report,
    }

    /// <summary>One instance's call at an instant.</summary>
    private readonly record struct Call(int Instance, Stage Stage, int Try, bool IsFallback, double Begun);

    private sealed class Simulation(double minutes, int atOnce, int perSecond)
    {
        private const double Latency = 0.1;

        private readonly Random _random = new(20261126);
        private readonly PriorityQueue<Call, double> _calls = new();
        private readonly RateLimit _snapshots = new(perSecond, perSecond);
        private readonly RateLimit _reports = new(perSecond, perSecond);
        private int _started;

        public Outcome Run()
        {
            var (reported, kept, without, calls, throttled, drained) = (0, 0, 0, 0, 0, 0.0);
            for (var i = 0; i < (atOnce > 0 ? atOnce : Instances); i++)
                Start(atOnce > 0 ? _random.NextDouble() : _random.NextDouble() * minutes * 60);
            while (_calls.TryDequeue(out var call, out var now))
            {
                calls++;
                var isTaken = (call.Stage == Stage.Snapshot ? _snapshots : _reports).TryTake(TimeSpan.FromSeconds(now));
                if (!isTaken)
                {
                    throttled++;
                    if (TryAgain(call, now))
                        continue;
                    _ = call.Stage == Stage.Snapshot ? without++ : kept++;
                }
                else if (call.Stage == Stage.Snapshot)
                {
                    // The scan itself: a quarter of a second to half a minute, by the state of caches and lists.
                    var done = now + Latency + 0.25 + (_random.NextDouble() * 29.75);
                    _calls.Enqueue(new Call(call.Instance, Stage.Report, 0, IsFallback: false, done), done);
                    continue;
                }
                else
                {
                    reported++;
                    drained = now + Latency;
                }

                if (atOnce > 0 && _started < Instances)
                    Start(now + Latency);
            }

            return new Outcome(reported, kept, without, calls, throttled, TimeSpan.FromSeconds(drained));
        }

        private void Start(double at) =>
            _calls.Enqueue(new Call(_started++, Stage.Snapshot, 0, IsFallback: false, at), at);

        /// <summary>
        /// Waits as the product does, within its deadline; then once more with the fallback's credentials.
        /// </summary>
        private bool TryAgain(Call call, double now)
        {
            var patience = CallPatience.Default;
            var next = call with { Try = call.Try + 1 };
            var at =
                now
                + Latency
                + (next.Try <= patience.Retries ? patience.WaitBefore(next.Try, _random.NextDouble()).TotalSeconds : 0);
            if (next.Try > patience.Retries || at - call.Begun > patience.Deadline.TotalSeconds)
            {
                if (call.IsFallback)
                    return false;
                at = now + Latency;
                next = new Call(call.Instance, call.Stage, 0, IsFallback: true, at);
            }

            _calls.Enqueue(next, at);
            return true;
        }
    }
}
