using System.Management.Automation;
using PatchTools.Errors;
using PatchTools.Text;

namespace PatchTools;

/// <summary>The one place where failures of the engine become error records.</summary>
internal static class ErrorRecords
{
    /// <summary>
    /// Id and exit code are those of <see cref="PatchErrors"/>; the shown text ends with the recommended action, the
    /// exception keeps the bare fact.
    /// </summary>
    public static ErrorRecord For(PatchToolsException failure)
    {
        return new ErrorRecord(
            failure,
            failure.ErrorId,
            Category(failure.Error.Category),
            TerminalText.Of(failure.Target)
        )
        {
            ErrorDetails = new ErrorDetails(TerminalText.Lines($"{failure.Message} {failure.RecommendedAction}"))
            {
                RecommendedAction = failure.RecommendedAction,
            },
        };
    }

    /// <summary>
    /// What an aggregate is about: its first failure that PatchTools threw on purpose, else its first.
    /// </summary>
    public static Exception CauseOf(AggregateException aggregate)
    {
        var causes = aggregate.Flatten().InnerExceptions;
        return causes.OfType<PatchToolsException>().FirstOrDefault() ?? causes.FirstOrDefault() ?? aggregate;
    }

    internal static ErrorCategory Category(PatchErrorCategory category) =>
        category switch
        {
            PatchErrorCategory.InvalidArgument => ErrorCategory.InvalidArgument,
            PatchErrorCategory.InvalidData => ErrorCategory.InvalidData,
            PatchErrorCategory.InvalidOperation => ErrorCategory.InvalidOperation,
            PatchErrorCategory.NotFound => ErrorCategory.ObjectNotFound,
            PatchErrorCategory.NotSupported => ErrorCategory.NotImplemented,
            PatchErrorCategory.PermissionDenied => ErrorCategory.PermissionDenied,
            PatchErrorCategory.ConnectionError => ErrorCategory.ConnectionError,
            PatchErrorCategory.ResourceBusy => ErrorCategory.ResourceBusy,
            PatchErrorCategory.ResourceUnavailable => ErrorCategory.ResourceUnavailable,
            PatchErrorCategory.OperationTimeout => ErrorCategory.OperationTimeout,
            PatchErrorCategory.WriteError => ErrorCategory.WriteError,
            PatchErrorCategory.ReadError => ErrorCategory.ReadError,
            _ => ErrorCategory.NotSpecified,
        };
}
