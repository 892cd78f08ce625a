using PatchTools.Errors;

namespace PatchTools.Processes;

/// <summary>Runs external commands. One method, so that tests can answer with recorded output.</summary>
public interface IProcessRunner
{
    /// <summary>Runs the command to its end. Both pipes are drained to their end before the exit code is judged.</summary>
    /// <exception cref="CommandFailedException">The exit code is not expected, the command cannot be started, or it exceeded its time limit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, and the command was interruptible.</exception>
    Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken);
}

/// <summary>One external command: an argument list, never a shell string.</summary>
public sealed record Command(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the inherited environment; <c>LC_ALL=C.UTF-8</c> is always set.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Exit codes that are answers, not failures.</summary>
    public IReadOnlyList<int> ExpectedExitCodes { get; init; } = [0];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>True for queries: cancellation interrupts and then kills. False for transactions: they finish, then the run stops.</summary>
    public bool Interruptible { get; init; } = true;

    /// <summary>For people and logs.</summary>
    public override string ToString() => string.Join(' ', [FileName, .. Arguments]);
}

/// <summary>How a command ended.</summary>
public sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError, TimeSpan Duration);

/// <summary>A command failed: carries its arguments, exit code and both streams whole.</summary>
public sealed class CommandFailedException : PatchToolsException
{
    public CommandFailedException(PatchError error, Command command, string message, CommandResult? result, Exception? innerException = null)
        : base(error, message, command.ToString(), innerException)
    {
        Command = command;
        Result = result;
    }

    public Command Command { get; }

    /// <summary>Null when it could not be started.</summary>
    public CommandResult? Result { get; }

    public string StandardError => Result?.StandardError ?? "";
}
