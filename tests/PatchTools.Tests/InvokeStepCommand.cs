using System.Management.Automation;
using PatchTools.Commands;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Tests;

/// <summary>A cmdlet on the module's own base class whose step is the test's.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Step")]
public sealed class InvokeStepCommand : PatchCommand
{
    /// <summary>Run as a step of the engine; its result is written.</summary>
    [Parameter(Position = 0)]
    public Func<CancellationToken, Task<object>>? Step { get; set; }

    /// <summary>Run with an observer.</summary>
    [Parameter]
    public Func<IRunObserver, CancellationToken, Task<object>>? Observed { get; set; }

    [Parameter]
    public string? StateDirectory { get; set; }

    [Parameter]
    public string? Root { get; set; }

    /// <summary>Resolved and written.</summary>
    [Parameter]
    public string? File { get; set; }

    [Parameter]
    [Duration(DurationUnit.Days)]
    public TimeSpan Days { get; set; }

    [Parameter]
    [Duration(DurationUnit.Seconds)]
    public TimeSpan Seconds { get; set; }

    protected override void Process()
    {
        HostContext host = HostOf(StateDirectory, Root);
        if (Step is not null)
            WriteObject(Await(host, (_, token) => Step(token)));
        else if (Observed is not null)
            Observe();
        else if (File is not null)
            WriteObject(Location(File));
        else if (Days > TimeSpan.Zero || Seconds > TimeSpan.Zero)
            WriteObject(Days > TimeSpan.Zero ? Days : Seconds);
        else
            WriteObject(host);
    }

    private void Observe()
    {
        using var stopping = new CancellationTokenSource();
        var pump = new EventPump(this);
        WriteObject(pump.Run(token => Observed!(pump, token), stopping));
    }
}
