using PatchTools.Processes;

namespace PatchTools.Operations;

/// <content>A program of the administrator's that is told how a run ended.</content>
public sealed partial class PatchRun
{
    private static readonly TimeSpan HookTimeout = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Runs a program to its end, at most a minute. What becomes of it is a warning at most: the run that it is told of
    /// has ended already.
    /// </summary>
    /// <param name="program">Absolute path; for root only what nobody else can change.</param>
    /// <param name="arguments">Words, never a shell's line.</param>
    /// <param name="environment">Beside what every child has.</param>
    /// <param name="cancellationToken">Ends the program too.</param>
    public async Task RunHookAsync(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await new ProcessRunner(host, observer).RunAsync(
                new Command(program, arguments) { Environment = environment, Timeout = HookTimeout },
                cancellationToken
            );
        }
        catch (CommandFailedException failure)
        {
            observer.Warning($"{program} could not be told of the result: {failure.Message}");
        }
    }
}
