using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PatchTools.Completers;

/// <summary>
/// Files that may hold a snapshot or a baseline: folders and <c>*.json</c>, plain or gzip; every file when there is
/// none of them.
/// </summary>
public sealed class SnapshotFileCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        List<CompletionResult> files = [.. CompletionCompleters.CompleteFilename(wordToComplete)];
        var likely = files.FindAll(file =>
            file.ResultType == CompletionResultType.ProviderContainer || IsDocument(file.ListItemText)
        );
        return likely.Count > 0 ? likely : files;
    }

    private static bool IsDocument(string name) =>
        name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase);
}
