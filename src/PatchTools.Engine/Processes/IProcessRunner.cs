using PatchTools.Errors;
using PatchTools.Text;

namespace PatchTools.Processes;

/// <summary>Runs external commands. One method, so that tests can answer with recorded output.</summary>
internal interface IProcessRunner
{
    /// <summary>
    /// Runs the command to its end. Both pipes are drained to their end before the exit code is judged.
    /// </summary>
    /// <exception cref="CommandFailedException">The exit code is not expected, the command cannot be started, or it
    /// exceeded its time limit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, and the command was interruptible.</exception>
    Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken);
}

/// <summary>One external command: an argument list, never a shell string.</summary>
/// <param name="FileName">A program's name, which is looked for in <see cref="Hosts.HostPaths.ProgramDirectories"/>, or
/// its absolute path.</param>
/// <param name="Arguments">Without the program's own name.</param>
public sealed record Command(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>
    /// Added to what <see cref="ChildEnvironment"/> lets through; <c>PATH</c> and <c>LC_ALL=C.UTF-8</c> are always set.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Exit codes that are answers, not failures.</summary>
    public IReadOnlyList<int> ExpectedExitCodes { get; init; } = [0];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// True for queries: cancellation and the time limit interrupt and then kill. False for transactions: they run in a
    /// session of their own, write to <see cref="LogPath"/>, and finish whatever happens to the run that began them.
    /// </summary>
    public bool Interruptible { get; init; } = true;

    /// <summary>
    /// The answer is read with <see cref="CommandResult.Records"/> and may be of any length. The answer of every other
    /// command is held in memory, and one that is longer than 16 Mi characters is an error.
    /// </summary>
    public bool AnswersAtLength { get; init; }

    /// <summary>
    /// It is ended when it waits in the kernel for a lock that another process holds: see
    /// <see cref="CommandResult.EndedForLock"/>. For tools that would wait for ever.
    /// </summary>
    public bool EndsForLock { get; init; }

    /// <summary>
    /// File that both streams of a transaction are appended to; a pipe would break with its reader, and the transaction
    /// with it. Required for one.
    /// </summary>
    public string? LogPath { get; init; }

    /// <summary>
    /// File that a transaction has open for appending as descriptor <see cref="StatusDescriptor"/>; null for none.
    /// </summary>
    public string? StatusPath { get; init; }

    /// <summary>Descriptor of <see cref="StatusPath"/> in the transaction.</summary>
    public const int StatusDescriptor = 3;

    /// <summary>For people and logs.</summary>
    public override string ToString() => TerminalText.Cell(string.Join(' ', [FileName, .. Arguments]));
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">128 + signal for a command that a signal ended; -1 when somebody else took the
/// answer.</param>
/// <param name="StandardOutput">
/// Of a transaction: what both streams added to its log, without the middle of a log that is longer than 16 MiB. Of a
/// command that answers at length only the end; <see cref="Records"/> has it all.
/// </param>
/// <param name="StandardError">Empty for a transaction.</param>
/// <param name="Duration">From start to end.</param>
public sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError, TimeSpan Duration)
    : ShownRecord
{
    /// <summary>
    /// The command waited for a lock that another process holds, had begun nothing, and was ended (
    /// <see cref="Command.EndsForLock"/>).
    /// </summary>
    public bool EndedForLock { get; init; }

    /// <summary>Where the answer lies when it was too long for memory.</summary>
    internal ChildOutput? Spilled { get; init; }

    /// <summary>Parts of the whole answer, one after the other.</summary>
    public IEnumerable<string> Records(char separator) =>
        Spilled is { } spilled ? spilled.Records(separator) : StandardOutput.Split(separator);
}

/// <summary>A command failed: carries its arguments, exit code and both streams whole.</summary>
public sealed class CommandFailedException : PatchToolsException
{
    public CommandFailedException(
        PatchError error,
        Command command,
        string message,
        CommandResult? result,
        Exception? innerException = null
    )
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
