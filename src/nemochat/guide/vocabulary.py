"""Tables of a newcomer's words: stop words, synonyms and phrases. None names a page."""

from __future__ import annotations

# They tell nothing.
STOP_WORDS = """
a able about above across actually after against all along already always am an and any anything
are as at be been before behind being below beside between but by can cannot certain chat could
did do does doing don else ever every everything exactly for from get gets getting give go goes
going got had happen happens has have hello here hey hi how i if in inside into is isn it its
just keep keeps kind know let like little look looks lot lots made make makes many maybe me mean
means might more much my myself need needs nemo nemochat not now of ok okay on only or our out
outside over please possible put quite rather really right said say saying says see should
simply so some somehow someone something sort still stuff sure tell than thank thanks that the
their them then there these they thing things think this those through to too try trying under
until upon us use used uses using very want wanted wants was way we well were what whatever when
where whether which while who whom whose why will wish with within without won work works would
yes yet you your
"""
# Words of any question: found they count a little, and that a page has none of them says nothing.
COMMON = """
accept accident add afraid afternoon ahead allow almost alone amount annoy anybody anyone
apparent apply around available avoid away back bad basic become begin believe best better big
bigger bit bored bother bottom brief brilliant build bunch buy call care case cause chance child
choose click colleague come common company complete complicated computer confuse couple course
create current customer daily day deal deep depend detail develop different difficult early easy
either empty end enough entire especially evening event exact expect explain extra fact family
far favour feel few figure final find fine first folk follow force fresh friend front full fun
future general glad great group guess guy handle happy hard hate hear high hit hope hour huge
hurt idea important improve instead interest item job join kid large late later learn left less
level limit list listen live long lose lot loud love low luck main major manage manner matter
maximum meet method mind minimum minute miss mode moment month morning move multiple name near
neat necessary new next nice night nobody noise none normal nothing notice number obvious occur
odd office often ok once open order others otherwise own part party pass people perfect perhaps
person phone piece place play pleased plus point pop popular powerful practice prefer prepare
press pretty prevent probably produce project proper provide purpose quick quickly quiet reach
read ready real realise reason receive recommend regular remain require run sad scared second
select serious service several short show side sign silly similar simple since single sit
situation slight small smart soon sorry special specific stand start step stick strange strong
stupid style such sudden suggest suit super support suppose surprise take talk team terrible
test third though thought tidy time tiny tired today together tomorrow tonight top total touch
travel trick true turn twice type ugly unable understand unexpected unless unusual upset useful
user usual valid value various verify via visit wake walk watch week weekend weird whole wide
wife window wonder worry worse worst worth write wrong year yesterday young
"""
# Each line is words of one meaning: what is asked with one of them is found by the others.
SAME = """
abort cancel halt interrupt stop
bye exit leave quit
apikey credential token
cost price
conversation session
answer reply response
delete erase purge remove wipe
picture image photo screenshot
site web website
directory folder
pay price spend
configuration config
vi vim
compare difference
resume load
persona role
incognito private
latex math formula
mac macos
register signup account
reproducible same
sequence text
symbol character
status exitcode
bash shell terminal zsh
certificate ca ssl tls
document file
hotkey key
uninstall remove
bug issue
"""
# Words that are near to each other here; a word may stand in several lines.
NEAR = """
kill stop
close exit logout
key password secret token
bill budget charge cheap cheapest cost credit count dollar expensive free money spend spent usage
dialog discussion history talk thread conversation
output respond result answer
ask message prompt query question request
trash delete
clear forget
again anew restart scratch
amend correct edit fix modify rephrase reword typo
back revert rewind rollback undo
load return reopen
earlier last old past previous yesterday
keep log record remember save store
dark light theme color
binary image
browser internet page url web
internet offline online wifi
firewall network proxy vpn
update upgrade
broken crash error fail fault issue problem wrong
401 402 403 refuse
429 503 busy limit overload
freeze hang slow stuck timeout wait
line lost connection drop disconnect wifi
clipboard copy paste
attach file upload
adjust change customise set
preference default setting configuration
option parameter setting
creative deterministic predictable random reproducible temperature vary
cut truncate
length long longer short shorter
big bigger large larger
loop repeat same
character persona profile role system
instruction prompt system
pirate expert teacher act behave persona
gpu raspberry pi computer local locally ollama offline machine laptop
gpt llm model
cli command fish line powershell shell
automate cron script
find grep look search
download export html pdf print
bring import migrate move switch transfer
different choose other switch another
company leak privacy safe send share sensitive spy telemetry track train
keybinding vi
control ctrl
keyboard binding shortcut key
command shortcut macro alias
break enter line linebreak multiline newline shift
autocomplete completion suggest tab
json jq parse structure schema field
feed pipe pipeline stdin stream
return exitcode status
layout format formatting markdown raw render
blind accessible aloud reader
benchmark fast performance quick speed
capacity context memory window
placeholder reuse template
fewshot shot example
alert beep bell notification ring sound
debug log verbose
bar below bottom status toolbar
disk drive database save
bot assistant model guide
funny polite tone persona
scheme theme palette
account credit pay
erase forget wipe clear
connect server endpoint
window close crash
background dark light theme unreadable contrast
invalid refuse wrong
retry again
verify certificate trust
http request traffic
see show
title name rename
doctor check test setup works diagnose
lose crash keep
limit max_tokens budget
slow fast benchmark start
colleague export share
server endpoint provider api
support work
win priority precedence
"""
# Where several words say what one does: a pattern in lower case without groups, and the one.
PHRASES = (
    (r"get(?:ting)? rid of|switch(?:ing)? off|disabl(?:e|ing)", "turn off"),
    (r"over and over|in circles", "repeat"),
    (r"how (?:much|many)", "count"),
    (r"sign in|log ?in", "token"),
    (r"command line", "shell"),
    (r"api[- ]?keys?", "token"),
    (r"tim(?:e|ed|es|ing)[- ]?outs?", "timeout"),
    (r"(?:return|exit)[- ](?:code|status)(?:es|s)?", "exitcode status"),
    (r"start(?:ing)? (?:over|again|afresh)", "restart"),
)
