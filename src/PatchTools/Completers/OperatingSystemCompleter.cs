using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PatchTools.Baselines;

namespace PatchTools.Completers;

/// <summary>AWS's names of operating systems.</summary>
public sealed class OperatingSystemCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Suggestions.StartingWith(wordToComplete, BaselineVocabulary.OperatingSystemNames);
}
